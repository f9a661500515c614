# The entry a user types against; the workflow itself lies in workflow/.
include: "workflow/Snakefile"


workflow.default_target = "all"  # an include does not hand its default target on
