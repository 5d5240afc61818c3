"""The tables that faircount itself writes, as CSV and as Parquet, read again: what was one election stays one."""
