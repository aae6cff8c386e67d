/* Descriptors that are passed over Unix sockets: sending them, and keeping them from arriving. */
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

int clinux_send_with_descriptor(int socket, const void *bytes, size_t count, int descriptor) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {{0}};
    struct iovec vector = {(void *)bytes, count};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    while (sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        if (errno != EINTR) return -1;
    return 0;
}

static int set_option(int socket, int option, int value) {
    return setsockopt(socket, SOL_SOCKET, option, &value, sizeof value);
}

void clinux_refuse_descriptors(int listener) { set_option(listener, SO_PASSRIGHTS, 0); }

int clinux_guard_against_descriptors(int socket) {
    int accepts = 1;
    socklen_t length = sizeof accepts;
    if (getsockopt(socket, SOL_SOCKET, SO_PASSRIGHTS, &accepts, &length) == 0 && !accepts) return 0;
    set_option(socket, SO_PASSRIGHTS, 0);
    /* Other ancillary data would look like descriptors to a reader without a control buffer. */
    set_option(socket, SO_PASSCRED, 0);
    set_option(socket, SO_PASSSEC, 0);
    set_option(socket, SO_PASSPIDFD, 0);
    /* A peek skips urgent data that is not inline, and the read after it would drop descriptors sent with it. */
    return set_option(socket, SO_OOBINLINE, 1) < 0 ? -1 : 1;
}

ssize_t clinux_peek(int socket, void *buffer, size_t size, bool *carries_descriptors) {
    struct iovec vector = {buffer, size};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    ssize_t count = recvmsg(socket, &message, MSG_PEEK | MSG_DONTWAIT);
    *carries_descriptors = count >= 0 && (message.msg_flags & MSG_CTRUNC) != 0;
    return count;
}
