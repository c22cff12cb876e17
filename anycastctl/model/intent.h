/* SPDX-License-Identifier: GPL-3.0-or-later */
/* intent.h - what an operator wants of a service. Orders carry it, the policy obeys it. */
#ifndef PROXIMA_MODEL_INTENT_H
#define PROXIMA_MODEL_INTENT_H

#define INTENTS(X)                                                                                 \
    X(INTENT_AUTO, "auto")           /* what the evidence allows */                                \
    X(INTENT_DRAIN, "drain")         /* leave without losing a query, and stay away */             \
    X(INTENT_WITHDRAWN, "withdrawn") /* leave at once, and stay away */                            \
    X(INTENT_FORCED, "forced")       /* announce against the evidence; always with an expiry */

enum intent {
#define INTENT_ENUM(id, name) id,
    INTENTS(INTENT_ENUM)
#undef INTENT_ENUM
};

const char *intent_name(enum intent intent);
int intent_parse(const char *name, enum intent *out); /* -1: no such intent */

#endif
