# The entry a user types against; the workflow itself lies in workflow/.
include: "workflow/Snakefile"
