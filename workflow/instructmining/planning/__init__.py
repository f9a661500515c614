"""What is done beside a run, by no rule of the workflow: how large should it be, and which sampling design is better?

`power` says how many subsets and seeds give intervals of a certain width, from a run that was a `pilot`, and what
difference between arms is `detectable` with the `arm_noise` of that run; `tables` is how it is printed. `signal` says
at which learning rate subsets differ most, compared with the noise between seeds.
`compare_designs` puts runs with different sampling side by side: `read_designs` reads them, `savings` says how many
fine-tunes they save, `result` is the file, `words` says what came out.
"""
