/* SPDX-License-Identifier: GPL-3.0-or-later */
/* view.c - the one thing that the view does by itself: keep its alarms within bounds. */
#include "anycastctl/model/view.h"

#include <stdarg.h>
#include <stdio.h>

void view_add_alarm(struct node_view *view, const char *fmt, ...)
{
    if (view->alarm_count == VIEW_ALARMS_MAX)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(view->alarm[view->alarm_count++], VIEW_TEXT_MAX, fmt, args);
    va_end(args);
}
