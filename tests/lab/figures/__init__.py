"""The figures: every scenario over and over, with steady clients near each site.

scenario    what a scenario is, and what it shall reach
settings    what a lab is put into for some: larger zones, a small disk, …
play_*      the scenarios' own course
catalogue   all of them
runner      repeats, heals, counts
summary     medians and worst cases, targets reached or not
report      as text, Markdown, JSON
command     the command line"""
