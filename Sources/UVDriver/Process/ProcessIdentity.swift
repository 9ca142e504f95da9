import CLibUV
import Glibc
import MeshBase

/// One process, told from any later process with the same pid by its start time.
package struct ProcessIdentity: Hashable, Sendable, Codable, CustomStringConvertible {
    package let pid: Int32
    /// Clock ticks from boot to the start of the process.
    package let startTime: UInt64

    package init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }

    /// The process that now has this pid, be it a zombie; nil if none has.
    package init?(pid: Int32) {
        guard let stat = ProcessStat(pid: pid) else { return nil }
        self.init(pid: pid, startTime: stat.startTime)
    }

    /// This process.
    package static var current: ProcessIdentity {
        // /proc may not be there in a bare container; then the pid alone must do.
        ProcessIdentity(pid: getpid()) ?? ProcessIdentity(pid: getpid(), startTime: 0)
    }

    package var description: String { "\(pid)@\(startTime)" }

    /// Whether exactly this process runs. A zombie does not; a stopped process does.
    package var isRunning: Bool {
        guard let stat = ProcessStat(pid: pid) else { return false }
        return stat.startTime == startTime && !stat.isDead
    }

    /// Whether the process is of this user and runs an executable of this one's name, be it replaced since.
    package var isOfThisProgram: Bool {
        var information = stat()
        guard stat("/proc/\(pid)", &information) == 0, information.st_uid == geteuid() else { return false }
        guard let own = Self.executableName("self") else { return false }
        return Self.executableName("\(pid)") == own
    }

    /// Whether the process was started with a directory within `path` as its `--data`; links are followed on both sides.
    package func usesData(in path: String) -> Bool {
        guard let line = ProcFile.read("/proc/\(pid)/cmdline", limit: 65_536) else { return false }
        let words = line.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let option = words.firstIndex(of: "--data"), option + 1 < words.count else { return false }
        return (Self.real(words[option + 1]) + "/").hasPrefix(Self.real(path) + "/")
    }

    /// The path without links where there is such a file; as it is where there is none.
    private static func real(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    private static func executableName(_ process: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            let count = readlink("/proc/\(process)/exe", buffer.baseAddress!, buffer.count)
            guard count > 0 else { return nil }
            let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let name = path.split(separator: "/").last.map(String.init)
            return name.map { $0.hasSuffix(" (deleted)") ? String($0.dropLast(10)) : $0 }
        }
    }

    /// Whether exactly this process is stopped by a signal, whoever sent it.
    package var isStopped: Bool {
        guard let stat = ProcessStat(pid: pid), stat.startTime == startTime else { return false }
        return stat.state == UInt8(ascii: "T") || stat.state == UInt8(ascii: "t")
    }

    /// Sends a signal, to this process or to none: never to another that has been given its pid.
    ///
    /// - Returns: false if the process does not run any more.
    @discardableResult
    package func kill(_ signal: Int32) throws(UVError) -> Bool {
        // The descriptor pins the process before its identity is checked, so the pid cannot change hands in between.
        let pidfd = cuv_pidfd_open_errno(pid)
        defer { if pidfd >= 0 { _ = cuv_close(pidfd) } }
        guard isRunning else { return false }
        let status = pidfd >= 0 ? cuv_pidfd_send_signal_errno(pidfd, signal) : cuv_kill_errno(pid, signal)
        if status == -ESRCH { return false }
        try check(status, "send signal \(signal) to process \(pid)")
        return true
    }

    /// Sends a signal to all processes of the group that this one leads: to it, and to those that it has started and that did not
    /// leave the group. To nobody where it does not run, or leads none.
    package func killGroup(_ signal: Int32) {
        guard isRunning else { return }
        _ = cuv_kill_errno(-pid, signal)
    }

    /// How long ago the process started, to the clock tick (10 ms); nil if it does not run.
    package var age: TimeAmount? {
        guard isRunning else { return nil }
        let started = ProcessUsage.time(ticks: startTime)
        return max(TimeAmount(nanoseconds: cuv_clock_boottime()) - started, .zero)
    }
}
