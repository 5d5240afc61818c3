"""How Sphinx builds these pages: sphinx-build -W docs docs/_build. Not needed to read them."""

project = "faircount"
copyright = "the faircount authors, Apache-2.0"  # the name that Sphinx wants
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]  # the glossary
exclude_patterns = ["_build", "generate.py"]
# The README lies outside these pages; tests/test_docs.py looks that every link leads somewhere.
suppress_warnings = ["myst.xref_missing"]
html_theme = "furo"
html_show_sphinx = False
myst_heading_anchors = 3
