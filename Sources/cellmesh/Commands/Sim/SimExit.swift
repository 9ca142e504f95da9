import Glibc

/// What the commands of `sim` end with, beside the codes of every command.
enum SimExit {
    /// The simulator itself, or a node in it, trapped.
    static let crash: Int32 = 10
    static let safety: Int32 = 11
    static let liveness: Int32 = 12
    static let nondeterminism: Int32 = 13
    static let outOfTime: Int32 = 14

    /// The gravest of several.
    static func gravest(_ codes: some Sequence<Int32>) -> Int32 {
        let order = [crash, nondeterminism, safety, outOfTime, liveness]
        let found = Set(codes)
        return order.first { found.contains($0) } ?? 0
    }
}

/// What this process uses.
enum ProcessMemory {
    /// The largest resident set so far, in bytes.
    static var peak: Int {
        var usage = rusage()
        getrusage(0, &usage)
        return usage.ru_maxrss * 1024
    }
}
