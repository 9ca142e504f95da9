import CLibUV
import Chaos
import MeshBase

/// The clocks that leases are measured by.
package enum SystemClock {
    private static let bootID: String = {
        guard let bytes = ProcFile.read("/proc/sys/kernel/random/boot_id", limit: 64) else { return "" }
        return String(decoding: bytes.filter { $0 > UInt8(ascii: " ") }, as: UTF8.self)
    }()

    /// Never set back; stands while the machine sleeps.
    static func monotonic() -> Instant { Instant(nanoseconds: cuv_clock_monotonic()) }

    /// Stops this thread for so long, or until a signal comes.
    static func sleep(_ amount: TimeAmount) { cuv_sleep(amount.nanoseconds) }

    package static func reading() -> ClockReading {
        ClockReading(wall: cuv_clock_realtime(), boot: cuv_clock_boottime(), bootID: bootID)
    }

    /// As a process reads them whose wall clock a fault has put ahead.
    static func reading(on loop: EventLoop) -> ClockReading {
        var reading = reading()
        reading.wall = loop.wallClock()
        return reading
    }
}
