"""The documentation as a site: `make docs`."""

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

lexers["mermaid"] = TextLexer()  # GitHub draws the graph of the rules; here it is text

project = "InstructMining"
author = "The InstructMining workflow authors"
project_copyright = author
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 4
exclude_patterns = ["_build"]
nitpicky = True
html_theme = "furo"
html_title = "InstructMining"
html_static_path: list[str] = []
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}
