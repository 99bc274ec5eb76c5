"""The same checks by other tools. Each file is a program: `python FILE WORKBOOK CHECKS`, wrong cells as JSON on stdout.

They run in an environment of their own (`pip install 'atstats[bench]'`): with pandas installed the
import of pandera takes a second longer, for atstats too.
"""
