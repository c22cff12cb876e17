"""The soak: operators' commands and faults at random at three sites at once, and laws that hold all the time, looked at
from outside.

acts        what may happen, and what is not done at the same time
truth       what has been done to each site: is dnsd dead, since when
judge       the laws, held against what the neighbours have from each site
timeline    what happened around a moment, at all sites
command     the command line"""
