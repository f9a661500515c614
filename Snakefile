# The entry a user types against; the workflow itself lies in workflow/.
include: "workflow/Snakefile"


# An include does not hand its default target on; a module may give its rules other names.
workflow.default_target = workflow.modifier.modify_rulename("all")
