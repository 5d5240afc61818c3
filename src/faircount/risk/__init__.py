"""Risk functions: values drawn → p-values. To add one: a file here, a line in `RISKS`."""

from faircount.model import Catalog
from faircount.risk import (
    alpha,
    athena,
    bayes,
    betting,
    bravo,
    comparison,
    kaplan,
    minerva,
    providence,
    super_simple,
    wald,
)
from faircount.risk.risk_function import Floats, Population, RiskFunction, Setting, Settings, least_so_far

RISKS: Catalog[RiskFunction] = Catalog(
    "risk function",
    alpha.ALPHA,
    alpha.FIXED,
    betting.FIXED,
    betting.AGRAPA,
    betting.KELLY,
    betting.MIXTURE,
    comparison.COBRA,
    comparison.ADAPTIVE,
    kaplan.MARKOV,
    kaplan.WALD,
    kaplan.KOLMOGOROV,
    super_simple.RISK,
    bravo.RISK,
    wald.RISK,
    minerva.RISK,
    athena.RISK,
    providence.RISK,
    bayes.BRLA,
    bayes.POLYA,
    bayes.DIRICHLET,
)

__all__ = ["RISKS", "Floats", "Population", "RiskFunction", "Setting", "Settings", "least_so_far"]
