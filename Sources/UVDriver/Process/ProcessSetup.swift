import CLibUV
import Glibc
import MeshBase

/// What a process that serves connections sets for itself, once, at its start.
package enum ProcessSetup {
    /// A write to a connection that the peer has closed gives EPIPE in place of death.
    package static func ignoreBrokenPipes() throws(UVError) {
        try check(cuv_ignore_sigpipe_errno(), "ignore SIGPIPE")
    }

    /// Keeps what this process has inherited (the pipes of a shell, a test runner, a supervisor) from the processes that
    /// it starts: a mesh that goes on in the background must not hold them open. On kernels without the call nothing
    /// changes.
    package static func keepDescriptorsPrivate() { _ = cuv_close_on_exec_from_errno(3) }

    /// Makes what this process and its children write from now on their owner's alone (umask 077): the files of a store too,
    /// which a library opens.
    package static func keepFilesPrivate() { umask(0o077) }

    /// Unblocks all signals: a parent with worker threads often starts its children with most of them blocked, and then
    /// neither Ctrl-C nor the death of a child would be noticed.
    package static func unblockSignals() throws(UVError) { try check(cuv_unblock_signals_errno(), "unblock signals") }

    /// Has an abort, which libuv knows no other answer to where threads or memory are lacking, leave a line on standard
    /// error.
    package static func tellAborts() throws(UVError) { try check(cuv_tell_aborts_errno(), "watch for an abort") }

    /// Makes the threads that libuv runs blocking work on, which it would make with the first work and abort where it
    /// cannot.
    /// - Throws: EAGAIN where this user may not have that many.
    package static func makeWorkThreads(_ loop: EventLoop) throws(UVError) {
        let asked = getenv("UV_THREADPOOL_SIZE").flatMap { UInt32(String(cString: $0)) } ?? 4
        let status = cuv_try_threads_errno(min(max(asked, 1), 64))
        guard status == 0 else {
            throw UVError(code: status, operation: "start \(asked) threads (see 'ulimit -u')")
        }
        _ = WorkPool(loop: loop).submit({ () }, completion: { _ in })
    }

    /// Raises the number of descriptors this process may have open towards `wanted`, as far as the hard limit goes.
    /// - Returns: the limit now in force, which may be less or more.
    @discardableResult
    package static func raiseOpenFiles(to wanted: UInt64) throws(UVError) -> Int64 {
        let limit = cuv_raise_open_files_errno(wanted)
        if limit < 0 { throw UVError(code: Int32(clamping: limit), operation: "raise the limit of open files") }
        return limit
    }

    /// Memory of large buffers is given back when they are: an idle process keeps no record of a busy hour.
    package static func returnLargeMemory() { _ = cuv_return_large_blocks(512 << 10) }

    /// What was read and dropped at the start is given back: the same in each process of a mesh.
    package static func returnFreeMemory() { cuv_trim() }

    /// How late the kernel may wake this thread, to save energy; by default 50 microseconds.
    package static func setTimerSlack(_ slack: TimeAmount) throws(UVError) {
        // Zero would mean the default.
        try check(cuv_set_timer_slack_errno(UInt(max(slack.nanoseconds, 1))), "set the timer slack")
    }
}
