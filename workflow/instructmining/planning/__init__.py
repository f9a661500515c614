"""What one does beside a run, and no rule of the workflow does: how large should it be, and which design is better?

`power` says how many subsets and seeds give intervals of a width, from a run that was a `pilot`. `compare_designs` puts
runs with different sampling side by side: `read_designs` reads them, `savings` prices them, `words` says what came out.
"""
