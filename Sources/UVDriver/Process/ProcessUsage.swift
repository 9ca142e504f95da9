import CLibUV
import Glibc
import MeshBase

/// What a process uses, from /proc.
package enum ProcessUsage {
    package struct Memory: Hashable, Sendable {
        /// Bytes resident in memory, shared ones counted in full.
        package var resident: Int
        /// Bytes resident, with each shared page divided among its sharers; nil where the kernel does not tell, or not
        /// this user.
        package var proportional: Int?
    }

    /// Processor time used, all threads, user and kernel, to the clock tick (10 ms); nil if there is no such process.
    package static func processor(pid: Int32) -> TimeAmount? {
        guard let stat = ProcessStat(pid: pid) else { return nil }
        return time(ticks: stat.userTicks.addingReportingOverflow(stat.systemTicks).partialValue)
    }

    /// Nil if there is no such process. A zombie has no memory: zero.
    package static func memory(pid: Int32) -> Memory? {
        guard pid > 0 else { return nil }
        if let content = ProcFile.read("/proc/\(pid)/smaps_rollup"), let memory = memory(parsingRollup: content) {
            return memory
        }
        return resident(pid: pid)
    }

    /// What is resident alone, which the kernel counts as it goes.
    package static func resident(pid: Int32) -> Memory? {
        guard pid > 0, let content = ProcFile.read("/proc/\(pid)/statm") else { return nil }
        return memory(parsingStatm: content, pageSize: sysconf(Int32(_SC_PAGESIZE)))
    }

    /// /proc/PID/smaps_rollup: lines such as `Rss:    1234 kB`.
    static func memory(parsingRollup content: [UInt8]) -> Memory? {
        func bytes(_ key: String) -> Int? {
            for line in content.split(separator: UInt8(ascii: "\n")) {
                let words = line.split(separator: UInt8(ascii: " "))
                guard words.count == 3, words[0].elementsEqual(key.utf8), words[2].elementsEqual("kB".utf8) else {
                    continue
                }
                return Int(String(decoding: words[1], as: UTF8.self)).map { $0.multipliedReportingOverflow(by: 1024) }
                    .flatMap { $0.overflow ? nil : $0.partialValue }
            }
            return nil
        }
        guard let resident = bytes("Rss:") else { return nil }
        return Memory(resident: resident, proportional: bytes("Pss:"))
    }

    /// /proc/PID/statm: numbers of pages, the second resident.
    static func memory(parsingStatm content: [UInt8], pageSize: Int) -> Memory? {
        let words = content.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        guard words.count >= 2, let pages = Int(String(decoding: words[1], as: UTF8.self)) else { return nil }
        let bytes = pages.multipliedReportingOverflow(by: pageSize)
        return bytes.overflow ? nil : Memory(resident: bytes.partialValue, proportional: nil)
    }

    static func time(ticks: UInt64) -> TimeAmount {
        let perSecond = Int64(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        let ticks = Int64(clamping: ticks)
        return .seconds(1) * (ticks / perSecond) + .nanoseconds(1_000_000_000 / perSecond) * (ticks % perSecond)
    }
}
