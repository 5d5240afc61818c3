"""The action log: an append-only Merkle tree that anyone can hold against their own receipts and witnesses.

From the bottom: `canonical` (one act, one spelling), `merkle` (RFC 6962), `tiles`, `note`, `checkpoint`, `policy`,
`proof` and `witness` (C2SP, bytes in and bytes out), and `store` (SQLite or PostgreSQL). Import from the part that is
meant: all but `store` and the parts under it run without a database library.
"""
