"""What atstats costs next to other tools, measured on workbooks that are made here. Not part of the package."""
