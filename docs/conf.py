"""The documentation as a site: `make docs`. Tables of the results are made from their schemas, so they cannot drift."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "workflow")]

import tables  # noqa: E402

tables.write(HERE / "_generated" / "tables.md")

project = "InstructMining"
author = "The InstructMining workflow authors"
project_copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4
exclude_patterns = ["_build", "_generated"]
nitpicky = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"
html_theme = "furo"
html_title = "InstructMining"
html_static_path: list[str] = []
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}
