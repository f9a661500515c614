"""Figures, each an SVG with the table it is drawn from: `draw` is the command, `style` the common look.

One module for what figures are drawn from: `rule`, `evidence`, `across`, `people`, `selection`, `comparison`, `judge`,
`sizes`.
"""
