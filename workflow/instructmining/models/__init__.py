"""Base models and models that score: from the files at hand to losses.

`prepare` gathers a model's files into one folder, `convert` and `check_weights` see to their format, `links` keeps
links to them right and `record` says what they are; `load` and `device` bring a model into memory; `prompt` turns a
conversation into tokens (`template_parts` refuses what a template does not write), `batches` groups several,
`likelihood` gives their losses. `question_model`, `answer_model` and `reward_model` are models that score, `sequences`
the texts that they read.
"""
