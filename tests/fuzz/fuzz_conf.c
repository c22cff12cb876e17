/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_conf.c - any bytes as a configuration file: read or refused with a place, and all is freed.
 */
#include "tests/fuzz/target.h"

#include "common/conf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct item {
    char *name;
    struct conf_strings files;
};

struct settings {
    char *node;
    int64_t workers;
    int64_t idle_ms;
    struct {
        bool on;
    } tcp;
    struct conf_list zones;
};

static const struct conf_field item_fields[] = {
    { "name", CONF_STRING, offsetof(struct item, name), .required = true },
    { "files", CONF_STRING_LIST, offsetof(struct item, files) },
    { NULL },
};

static const struct conf_field tcp_fields[] = { { "on", CONF_BOOL, 0 }, { NULL } };

static const struct conf_field fields[] = {
    { "node", CONF_STRING, offsetof(struct settings, node) },
    { "workers", CONF_INT, offsetof(struct settings, workers), .max = 256 },
    { "idle", CONF_DURATION_MS, offsetof(struct settings, idle_ms) },
    { "tcp", CONF_GROUP, offsetof(struct settings, tcp), .group = tcp_fields },
    { "zones", CONF_GROUP_LIST, offsetof(struct settings, zones), .group = item_fields,
      .size = sizeof(struct item) },
    { NULL },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings = { .workers = 1 };
    struct err err = { "" };
    char path[32];
    int fd = memfd_create("conf", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (conf_read(path, fields, &settings, &err) == 0)
        assert(settings.workers >= 0 && settings.workers <= 256 && settings.idle_ms >= 0);
    else
        assert(strncmp(err.msg, "/proc/self/fd/", 14) == 0);
    conf_free(fields, &settings);
    close(fd);
    return 0;
}
