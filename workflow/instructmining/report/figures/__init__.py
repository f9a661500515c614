"""Figures, each an SVG with the table that it is drawn from: `catalogue` lists them, `draw` is the command.

The functions that draw are in one module for each kind of result: `rule`, `evidence`, `across`, `people`,
`validation`, `selection`, `comparison`, `judge`, `sizes`. `style` has what all figures share.
"""
