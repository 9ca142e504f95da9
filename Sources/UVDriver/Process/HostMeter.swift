import MeshBase
import Reports

/// How noisy the host is: what the kernel says of it, read when somebody asks, twice in three seconds at most.
package final class HostMeter {
    private static let spacing = TimeAmount.milliseconds(1_500)
    private var times: Times?
    private var told: (at: Instant, host: Vitals.Host)?

    /// Processor time of the machine since it was booted, in clock ticks.
    struct Times: Equatable {
        /// Of all processors, in whatever state.
        var all: UInt64
        /// That the hypervisor gave to others.
        var stolen: UInt64

        /// - Parameter content: of `/proc/stat`, whose first line is of all processors; see proc(5).
        init?(parsing content: [UInt8]) {
            guard let line = content.split(separator: 0x0A).first, line.starts(with: Array("cpu ".utf8)) else {
                return nil
            }
            let fields = line.split(separator: 0x20).dropFirst().map { UInt64(String(decoding: $0, as: UTF8.self)) }
            // user nice system idle iowait irq softirq steal; guests are in user.
            guard fields.count >= 8, !fields.prefix(8).contains(nil) else { return nil }
            all = fields.prefix(8).reduce(0) { $0 &+ ($1 ?? 0) }
            stolen = fields[7] ?? 0
        }
    }

    package init() {}

    /// Nothing that the kernel does not say.
    package func host(_ now: Instant) -> Vitals.Host {
        if let told, now - told.at < Self.spacing { return told.host }
        var host = Vitals.Host()
        host.pressure = ProcFile.read("/proc/pressure/cpu").flatMap(Self.pressure)
        if let read = ProcFile.read("/proc/stat", limit: 1 << 20).flatMap(Times.init(parsing:)) {
            if let times, read.all > times.all, read.stolen >= times.stolen {
                host.steal = Double(read.stolen - times.stolen) / Double(read.all - times.all)
            } else {
                host.steal = told?.host.steal
            }
            times = read
        }
        told = (now, host)
        return host
    }

    /// `some avg10` of a pressure file, as a share.
    static func pressure(_ content: [UInt8]) -> Double? {
        for line in content.split(separator: 0x0A) {
            let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
            guard words.first == "some", let text = words.first(where: { $0.hasPrefix("avg10=") }) else { continue }
            return Double(text.dropFirst(6)).flatMap { $0.isFinite && $0 >= 0 ? min($0 / 100, 1) : nil }
        }
        return nil
    }
}
