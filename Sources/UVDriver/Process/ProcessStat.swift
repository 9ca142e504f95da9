/// What /proc/PID/stat tells of a process; see proc_pid_stat(5).
package struct ProcessStat: Hashable, Sendable {
    /// One letter: R running, S sleeping, T stopped, Z zombie, X dead, and others.
    package let state: UInt8
    package let parent: Int32
    /// The process that leads its session, be it gone.
    package let session: Int32
    /// Clock ticks spent in user mode and in the kernel, its waited-for children not counted.
    package let userTicks: UInt64
    package let systemTicks: UInt64
    /// Clock ticks from boot to the start of the process. With the pid, this tells a process from a later one.
    package let startTime: UInt64

    /// A zombie has died and only waits for its parent to ask how.
    package var isDead: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") || state == UInt8(ascii: "x") }

    /// Reads the file; nil if there is no such process.
    package init?(pid: Int32) {
        guard pid > 0, let content = ProcFile.read("/proc/\(pid)/stat") else { return nil }
        self.init(parsing: content)
    }

    /// Parses the file's content; nil if it is not one.
    init?(parsing content: [UInt8]) {
        // The second field, the name in parentheses, may hold anything, spaces and parentheses too; no later field does.
        guard let name = content.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = content[(name + 1)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        /// Fields are numbered from 1 in the manual; the first here is the third.
        func number<Number: FixedWidthInteger>(_ field: Int) -> Number? {
            guard field - 3 < fields.count else { return nil }
            return Number(String(decoding: fields[field - 3], as: UTF8.self))
        }
        guard let letter = fields.first, letter.count == 1, let parent: Int32 = number(4),
            let session: Int32 = number(6),
            let userTicks: UInt64 = number(14), let systemTicks: UInt64 = number(15), let startTime: UInt64 = number(22)
        else { return nil }
        state = letter[letter.startIndex]
        self.parent = parent
        self.session = session
        self.userTicks = userTicks
        self.systemTicks = systemTicks
        self.startTime = startTime
    }
}
