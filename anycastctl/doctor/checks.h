/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checks.h - the groups of checks, each in a file of its own, each ended by a NULL name. */
#ifndef PROXIMA_DOCTOR_CHECKS_H
#define PROXIMA_DOCTOR_CHECKS_H

#include "anycastctl/doctor/finding.h"

extern const struct doctor_check doctor_node_checks[];     /* the daemons, and what they agree on */
extern const struct doctor_check doctor_prefix_checks[];   /* what is announced */
extern const struct doctor_check doctor_session_checks[];  /* to whom */
extern const struct doctor_check doctor_bird_checks[];     /* by which BIRD */
extern const struct doctor_check doctor_address_checks[];  /* what the host has */
extern const struct doctor_check doctor_port_checks[];     /* who listens there */
extern const struct doctor_check doctor_firewall_checks[]; /* what keeps packets away */
extern const struct doctor_check doctor_kernel_checks[];   /* how the kernel is set */
extern const struct doctor_check doctor_process_checks[];  /* who survives */
extern const struct doctor_check doctor_file_checks[];     /* who may touch what */

#endif
