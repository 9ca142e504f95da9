// Inline shims for what Swift cannot say about libuv and Linux: pointer casts between the handle types, variadic
// functions, unions, macros and system calls without a wrapper in the C library.
//
// Functions return what the call they wrap returns; those named `cuv_..._errno` return 0 or a negative errno, which is
// also libuv's numbering of errors on Linux.

#ifndef CELLMESH_CLIBUV_SHIM_H
#define CELLMESH_CLIBUV_SHIM_H

#include <malloc.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <netdb.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#pragma clang assume_nonnull begin

// MARK: Casts. libuv's structures begin with the fields of their base, so the pointer is the same.

#define CUV_CAST(from, to)                                                     \
    static inline uv_##to##_t *cuv_##from##_as_##to(uv_##from##_t *pointer) {  \
        return (uv_##to##_t *)pointer;                                         \
    }

CUV_CAST(async, handle)
CUV_CAST(check, handle)
CUV_CAST(idle, handle)
CUV_CAST(pipe, handle)
CUV_CAST(poll, handle)
CUV_CAST(prepare, handle)
CUV_CAST(process, handle)
CUV_CAST(signal, handle)
CUV_CAST(stream, handle)
CUV_CAST(tcp, handle)
CUV_CAST(timer, handle)
CUV_CAST(udp, handle)

CUV_CAST(pipe, stream)
CUV_CAST(tcp, stream)

/// Room for a socket of either kind.
typedef union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
} cuv_socket_t;
CUV_CAST(stream, pipe)
CUV_CAST(stream, tcp)
CUV_CAST(handle, tcp)
CUV_CAST(handle, udp)

CUV_CAST(connect, req)
CUV_CAST(getaddrinfo, req)
CUV_CAST(udp_send, req)
CUV_CAST(work, req)
CUV_CAST(write, req)

#undef CUV_CAST

/// Large blocks go back to the system when they are freed, however many there have been: the C library would otherwise
/// raise its threshold with each, and keep them.
static inline int cuv_return_large_blocks(int bytes) {
    return mallopt(M_MMAP_THRESHOLD, bytes) && mallopt(M_TRIM_THRESHOLD, bytes);
}

/// What was freed and lies in the heap is the system's again.
static inline void cuv_trim(void) { malloc_trim(0); }

static inline const struct sockaddr *cuv_sockaddr(const struct sockaddr_in *address) {
    return (const struct sockaddr *)address;
}
static inline const struct sockaddr *cuv_sockaddr6(const struct sockaddr_in6 *address) {
    return (const struct sockaddr *)address;
}
static inline struct sockaddr *cuv_storage_sockaddr(struct sockaddr_storage *address) {
    return (struct sockaddr *)address;
}
static inline const struct sockaddr_in *cuv_sockaddr_in(const struct sockaddr *address) {
    return (const struct sockaddr_in *)address;
}
static inline const struct sockaddr_in6 *cuv_sockaddr_in6(const struct sockaddr *address) {
    return (const struct sockaddr_in6 *)address;
}

static inline int cuv_set_option_errno(const uv_handle_t *handle, int level, int option, int value) {
    uv_os_fd_t fd;
    int status = uv_fileno(handle, &fd);
    if (status != 0) return status;
    return setsockopt(fd, level, option, &value, sizeof value) == 0 ? 0 : -errno;
}
/// The IPv6 socket takes IPv4 as well when it is bound to `::`, whatever the system's default is.
static inline int cuv_dual_stack_errno(const uv_handle_t *handle) {
    return cuv_set_option_errno(handle, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

/// Lets further sockets of this user be bound where this one will be: the kernel gives each new connection to one of them.
static inline int cuv_share_port_errno(const uv_handle_t *handle) {
    return cuv_set_option_errno(handle, SOL_SOCKET, SO_REUSEPORT, 1);
}

/// Bytes to send: libuv's type has no const, and does not write through it.
static inline uv_buf_t cuv_buf(const void *_Nullable base, size_t length) {
    uv_buf_t buffer;
    buffer.base = (char *)base;
    buffer.len = length;
    return buffer;
}

/// Bytes in the kernel's send queue that the peer has not acknowledged; 0 where that cannot be told.
static inline size_t cuv_unacknowledged(const uv_handle_t *handle) {
    uv_os_fd_t fd;
    int count = 0;
    if (uv_fileno(handle, &fd) != 0 || ioctl(fd, SIOCOUTQ, &count) != 0 || count < 0) return 0;
    return (size_t)count;
}

// MARK: Variadic functions of libuv.

static inline int cuv_loop_block_signal(uv_loop_t *loop, int signal) {
    return uv_loop_configure(loop, UV_LOOP_BLOCK_SIGNAL, signal);
}

// MARK: uv_spawn.

static inline void cuv_stdio_ignore(uv_stdio_container_t *container) {
    container->flags = UV_IGNORE;
}
static inline void cuv_stdio_inherit_fd(uv_stdio_container_t *container, int fd) {
    container->flags = UV_INHERIT_FD;
    container->data.fd = fd;
}
/// The child writes, the parent reads from `stream`.
static inline void cuv_stdio_pipe_from_child(uv_stdio_container_t *container, uv_stream_t *stream) {
    container->flags = (uv_stdio_flags)(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
    container->data.stream = stream;
}

// MARK: Standard streams, which Swift 6 takes for shared mutable state.

static inline FILE *cuv_stdout(void) { return stdout; }
static inline FILE *cuv_stderr(void) { return stderr; }

// MARK: Clocks, in nanoseconds.

static inline int64_t cuv_clock(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return 0;
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
static inline int64_t cuv_clock_monotonic(void) { return cuv_clock(CLOCK_MONOTONIC); }
static inline int64_t cuv_clock_realtime(void) { return cuv_clock(CLOCK_REALTIME); }
static inline int64_t cuv_clock_boottime(void) { return cuv_clock(CLOCK_BOOTTIME); }
static inline int64_t cuv_clock_process_cpu(void) { return cuv_clock(CLOCK_PROCESS_CPUTIME_ID); }
static inline int64_t cuv_clock_thread_cpu(void) { return cuv_clock(CLOCK_THREAD_CPUTIME_ID); }

/// Stops the calling thread for so long, or until a signal comes.
static inline void cuv_sleep(int64_t nanoseconds) {
    struct timespec time = { nanoseconds / 1000000000, nanoseconds % 1000000000 };
    nanosleep(&time, NULL);
}
/// A non-blocking timer descriptor on CLOCK_MONOTONIC, or a negative errno.
static inline int cuv_timerfd_create_errno(void) {
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}
/// Arms the timer once at an absolute time; 0 disarms it. Forgets an expiry that was not read.
static inline int cuv_timerfd_set_errno(int fd, int64_t at) {
    struct itimerspec timer = {{0, 0}, {at / 1000000000, at % 1000000000}};
    return timerfd_settime(fd, TFD_TIMER_ABSTIME, &timer, NULL) == 0 ? 0 : -errno;
}

// MARK: Processes.

/// How late the kernel may wake this thread from a sleep; 50 000 ns unless set.
static inline int cuv_set_timer_slack_errno(unsigned long nanoseconds) {
    return prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0) == 0 ? 0 : -errno;
}
/// A descriptor that turns readable when the process dies (close-on-exec), or a negative errno.
static inline int cuv_pidfd_open_errno(pid_t pid) {
    long fd = syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : (int)fd;
}
/// A signal to exactly the process that `pidfd` was opened for.
static inline int cuv_pidfd_send_signal_errno(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 ? 0 : -errno;
}
static inline int cuv_kill_errno(pid_t pid, int signal) {
    return kill(pid, signal) == 0 ? 0 : -errno;
}
static inline int cuv_ignore_sigpipe_errno(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    return sigaction(SIGPIPE, &action, NULL) == 0 ? 0 : -errno;
}

/// Raises the soft limit of open files towards `wanted`, at most to the hard limit; the limit in force afterwards, or a
/// negative errno.
static inline int64_t cuv_raise_open_files_errno(uint64_t wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
    }
    return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

// MARK: Files.

static inline int cuv_open_errno(const char *path, int flags, mode_t mode) {
    int fd;
    do fd = open(path, flags | O_CLOEXEC, mode); while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}
/// Keeps blocks of the disk for the first bytes of a file, whose length stays: 0 or a negative errno.
static inline int cuv_keep_room_errno(int fd, int64_t bytes) {
    long status;
    do status = syscall(SYS_fallocate, fd, FALLOC_FL_KEEP_SIZE, (off_t)0, (off_t)bytes);
    while (status < 0 && errno == EINTR);
    return status < 0 ? -errno : 0;
}
/// Reads once, retrying when interrupted: bytes read, or a negative errno.
static inline ssize_t cuv_read_errno(int fd, void *buffer, size_t count) {
    ssize_t n;
    do n = read(fd, buffer, count); while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}
/// Maps the first bytes of a file, shared with whoever else maps them: null where that fails, with errno.
static inline void *_Nullable cuv_map(int fd, size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}
static inline void cuv_unmap(void *memory, size_t bytes) { munmap(memory, bytes); }
/// Makes a file at least so long: 0 or a negative errno.
static inline int cuv_reach_errno(int fd, int64_t bytes) {
    struct stat information;
    if (fstat(fd, &information) != 0) return -errno;
    if (information.st_size >= bytes) return 0;
    return ftruncate(fd, bytes) == 0 ? 0 : -errno;
}
// Words that other processes write too, sequentially consistent.
static inline uint64_t cuv_word_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void cuv_word_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
static inline int cuv_word_exchange(uint64_t *word, uint64_t expected, uint64_t value) {
    return __atomic_compare_exchange_n(word, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
static inline int cuv_close(int fd) { return close(fd); }
/// A pipe whose ends programs started from here do not get; 0 or a negative errno.
static inline int cuv_pipe_errno(int *ends) { return syscall(SYS_pipe2, ends, O_CLOEXEC) == 0 ? 0 : -errno; }
/// Has this process killed when the thread that started it ends, also after it has become another program; 0 or a negative
/// errno.
static inline int cuv_die_with_parent_errno(void) {
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 ? 0 : -errno;
}
/// Has processes that lose their parent below this one become its own; 0 or a negative errno.
static inline int cuv_keep_orphans_errno(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 ? 0 : -errno;
}
/// A port of 127.0.0.1 that nobody has now, or a negative errno.
static inline int cuv_free_port_errno(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int status = bind(fd, (struct sockaddr *)&address, size) < 0 || getsockname(fd, (struct sockaddr *)&address, &size) < 0
        ? -errno : ntohs(address.sin_port);
    close(fd);
    return status;
}
/// Unblocks all signals in this thread: 0 or a negative errno.
static inline int cuv_unblock_signals_errno(void) {
    sigset_t none;
    sigemptyset(&none);
    return -pthread_sigmask(SIG_SETMASK, &none, NULL);
}
/// Marks every descriptor from `first` on so that programs started from here do not get it; 0 or a negative errno.
static inline int cuv_close_on_exec_from_errno(unsigned int first) {
    return syscall(SYS_close_range, first, ~0U, 4u /* CLOSE_RANGE_CLOEXEC */) == 0 ? 0 : -errno;
}

/// An exclusive record lock on the whole file, without waiting: 0, or -EAGAIN or -EACCES when another process has it.
static inline int cuv_lock_errno(int fd) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return fcntl(fd, F_SETLK, &lock) == 0 ? 0 : -errno;
}
/// The process, other than this one, that holds a record lock on the file; 0 if none, or a negative errno.
static inline pid_t cuv_lock_holder_errno(int fd) {
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(fd, F_GETLK, &lock) != 0) return -errno;
    return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}

// MARK: Threads.

static void *_Nullable cuv_wait_for_gate(void *gate) {
    pthread_mutex_lock((pthread_mutex_t *)gate);
    pthread_mutex_unlock((pthread_mutex_t *)gate);
    return NULL;
}
/// Whether so many threads can be had at once, which end again: 0, or -EAGAIN where this user may not have them.
static inline int cuv_try_threads_errno(unsigned count) {
    pthread_t threads[64];
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    unsigned made = 0;
    int status = 0;
    pthread_mutex_lock(&gate);
    for (; made < count && made < 64; made++)
        if ((status = pthread_create(&threads[made], NULL, cuv_wait_for_gate, &gate)) != 0) break;
    pthread_mutex_unlock(&gate);
    for (unsigned i = 0; i < made; i++) pthread_join(threads[i], NULL);
    return -status;
}
static void cuv_tell_abort(int signal) {
    static const char text[] = "cellmesh: aborted: the system gave no memory or no threads, or this is a fault of the program\n";
    (void)!write(2, text, sizeof text - 1);
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, NULL);
    raise(signal);
}
/// Has an abort leave a line on standard error first.
static inline int cuv_tell_aborts_errno(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = cuv_tell_abort;
    return sigaction(SIGABRT, &action, NULL) == 0 ? 0 : -errno;
}

// MARK: Descriptors from process to process.

/// Whether the other end of a Unix socket is a process of this user or of root: 0, or -EPERM for others.
static inline int cuv_is_own_errno(int fd) {
    struct { pid_t pid; uid_t uid; gid_t gid; } peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -errno;
    return peer.uid == geteuid() || peer.uid == 0 ? 0 : -EPERM;
}
/// Fills in the address of a Unix socket; -ENAMETOOLONG where the path does not fit.
static inline int cuv_unix_address_errno(struct sockaddr_un *address, const char *path) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
    strcpy(address->sun_path, path);
    return 0;
}
/// A Unix socket for streams, bound or connected to a name in the abstract namespace: that is no file, ends with its last
/// holder, and is of one network namespace. A descriptor or a negative errno.
static inline int cuv_abstract_errno(const char *name, int binds) {
    struct sockaddr_un address;
    size_t length = strlen(name);
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path + 1, name, length);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    const struct sockaddr *named = (const struct sockaddr *)&address;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    if ((binds ? bind(fd, named, size) : connect(fd, named, size)) == 0) return fd;
    int status = -errno;
    close(fd);
    return status;
}
/// A Unix socket that has an abstract name and does not listen yet.
static inline int cuv_abstract_bind_errno(const char *name) { return cuv_abstract_errno(name, 1); }
/// A connection to an abstract name, of a process of this user or of root, which never waits; -EPERM for others.
static inline int cuv_abstract_connect_errno(const char *name) {
    int fd = cuv_abstract_errno(name, 0);
    int status = fd < 0 ? fd : cuv_is_own_errno(fd);
    if (status == 0) return fd;
    if (fd >= 0) close(fd);
    return status;
}
/// A socket for packets that listens at a path, without waiting, for this user alone: its descriptor or a negative errno.
static inline int cuv_packets_listen_errno(const char *path) {
    struct sockaddr_un address;
    int status = cuv_unix_address_errno(&address, path);
    if (status < 0) return status;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    unlink(path);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0600) != 0
        || listen(fd, 4) != 0) {
        status = -errno;
        close(fd);
        return status;
    }
    return fd;
}
/// The next connection of a process of this user or of root, which never waits; a negative errno, -EPERM for others.
static inline int cuv_packets_accept_errno(int listener) {
    int fd = (int)syscall(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return -errno;
    int status = cuv_is_own_errno(fd);
    if (status == 0) return fd;
    close(fd);
    return status;
}
/// Connects to a socket for packets whose every call waits so many milliseconds at most; a descriptor or a negative errno.
static inline int cuv_packets_connect_errno(const char *path, int milliseconds) {
    struct sockaddr_un address;
    int status = cuv_unix_address_errno(&address, path);
    if (status < 0) return status;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct timeval limit = { milliseconds / 1000, milliseconds % 1000 * 1000 };
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0
        || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        status = -errno;
        close(fd);
        return status;
    }
    return fd;
}
#define CUV_MOST_DESCRIPTORS 8
/// Sends one packet with up to `CUV_MOST_DESCRIPTORS` descriptors; 0 or a negative errno.
static inline int cuv_packet_send_errno(
    int fd, const void *bytes, size_t size, const int *_Nullable descriptors, unsigned count) {
    struct iovec part = { (void *)bytes, size };
    union { char bytes[CMSG_SPACE(CUV_MOST_DESCRIPTORS * sizeof(int))]; struct cmsghdr aligned; } control;
    struct msghdr message;
    memset(&message, 0, sizeof message);
    memset(&control, 0, sizeof control);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (count > CUV_MOST_DESCRIPTORS) return -EINVAL;
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
    }
    ssize_t n;
    do n = sendmsg(fd, &message, MSG_NOSIGNAL); while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}
/// Receives one packet: its bytes, 0 at the end, or a negative errno. `descriptors` has room for `CUV_MOST_DESCRIPTORS`,
/// of which `count` came.
static inline ssize_t cuv_packet_receive_errno(
    int fd, void *bytes, size_t size, int *descriptors, unsigned *count) {
    struct iovec part = { bytes, size };
    union { char bytes[CMSG_SPACE(CUV_MOST_DESCRIPTORS * sizeof(int))]; struct cmsghdr aligned; } control;
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    *count = 0;
    ssize_t n;
    do n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC); while (n < 0 && errno == EINTR);
    if (n < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        unsigned came = (unsigned)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (unsigned i = 0; i < came && *count < CUV_MOST_DESCRIPTORS; i++)
            memcpy(&descriptors[(*count)++], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
    }
    return n;
}
/// A second descriptor for what another one is for, not for programs started from here; or a negative errno.
static inline int cuv_duplicate_errno(int fd) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}
/// Two files or directories take each other's place in one step (RENAME_EXCHANGE, which is 2).
static inline int cuv_exchange_errno(const char *one, const char *other) {
    return syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2) == 0 ? 0 : -errno;
}
/// The descriptor behind a handle, or a negative errno.
static inline int cuv_descriptor_errno(const uv_handle_t *handle) {
    uv_os_fd_t fd;
    int status = uv_fileno(handle, &fd);
    return status < 0 ? status : fd;
}

#pragma clang assume_nonnull end

#endif
