#define _GNU_SOURCE
#include "taskstats.h"

#include "bench.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* A message with one attribute. */
struct request {
    struct nlmsghdr header;
    struct genlmsghdr generic;
    struct nlattr attribute;
    char value[32];
};

int netlink_open(void) {
    int socket_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
    if (socket_ < 0) fail("socket");
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    if (bind(socket_, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
    return socket_;
}

static size_t put(struct request *request, uint16_t family, int flags, int command, int type, const void *value,
                  size_t length) {
    memset(request, 0, sizeof *request);
    memcpy(request->value, value, length);
    request->attribute = (struct nlattr){(uint16_t)(NLA_HDRLEN + length), (uint16_t)type};
    request->generic = (struct genlmsghdr){.cmd = (uint8_t)command, .version = 1};
    request->header.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + NLA_ALIGN(length));
    request->header.nlmsg_type = family;
    request->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    return request->header.nlmsg_len;
}

uint16_t taskstats_family(int socket) {
    struct request request;
    size_t length = put(&request, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, TASKSTATS_GENL_NAME,
                        sizeof TASKSTATS_GENL_NAME);
    if (send(socket, &request, length, 0) < 0) fail("send");
    _Alignas(8) char reply[4096];
    ssize_t received = recv(socket, reply, sizeof reply, 0);
    if (received < 0) fail("recv");
    const char *end = reply + received;
    for (const char *at = reply + NLMSG_HDRLEN + GENL_HDRLEN; at + NLA_HDRLEN < end;) {
        const struct nlattr *attribute = (const struct nlattr *)at;
        if (attribute->nla_type == CTRL_ATTR_FAMILY_ID) {
            uint16_t family;
            memcpy(&family, at + NLA_HDRLEN, sizeof family);
            return family;
        }
        if (attribute->nla_len < NLA_HDRLEN) break;
        at += NLA_ALIGN(attribute->nla_len);
    }
    errno = ENOENT;
    fail("the family TASKSTATS");
}

void taskstats_listen(int socket, uint16_t family, int cpu, int on) {
    char mask[16];
    int digits = snprintf(mask, sizeof mask, "%d", cpu);
    struct request request;
    size_t length =
        put(&request, family, NLM_F_ACK, TASKSTATS_CMD_GET,
            on ? TASKSTATS_CMD_ATTR_REGISTER_CPUMASK : TASKSTATS_CMD_ATTR_DEREGISTER_CPUMASK, mask, (size_t)digits + 1);
    if (send(socket, &request, length, 0) < 0) fail("send");
    _Alignas(8) char reply[4096];
    const struct nlmsghdr *header = (const struct nlmsghdr *)reply;
    do {
        if (recv(socket, reply, sizeof reply, 0) < 0) fail("recv");
    } while (header->nlmsg_type != NLMSG_ERROR);
    errno = -((const struct nlmsgerr *)NLMSG_DATA(header))->error;
    if (errno) fail(on ? "register" : "deregister");
}

size_t taskstats_get_request(void *room, uint16_t family, uint32_t pid) {
    struct request request;
    size_t length = put(&request, family, 0, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_PID, &pid, sizeof pid);
    memcpy(room, &request, length);
    return length;
}
