import ControlPlane
import Glibc
import MeshBase
import Reports

/// What the machine did meanwhile, by the system's own counts: between two looks at them.
struct MachineNoise {
    private let pressure: UInt64?
    private let times: (all: UInt64, stolen: UInt64)?
    private let at = Pause.now()

    /// As it stands now.
    init() {
        pressure = Self.pressure((try? SystemFile.read("/proc/pressure/cpu", most: 4_096)) ?? nil)
        times = Self.times((try? SystemFile.read("/proc/stat", most: 1 << 20)) ?? nil)
    }

    /// Adds what has been since then.
    func complete(_ noise: inout RunNoise) {
        let now = MachineNoise()
        let elapsed = (now.at - at).seconds
        if let pressure, let later = now.pressure, later >= pressure, elapsed > 0 {
            noise.pressure = min(Double(later - pressure) / 1_000_000 / elapsed, 1)
        }
        if let times, let later = now.times, later.all > times.all, later.stolen >= times.stolen {
            noise.steal = Double(later.stolen - times.stolen) / Double(later.all - times.all)
        }
    }

    /// Microseconds in which somebody waited for a core: `some avg10=... total=N`.
    static func pressure(_ content: [UInt8]?) -> UInt64? {
        guard let content else { return nil }
        let line = String(decoding: content, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("some ") }
        return line?.split(separator: " ").first { $0.hasPrefix("total=") }.flatMap { UInt64($0.dropFirst(6)) }
    }

    /// Ticks of all cores, and of these those that went to other machines: the line `cpu`.
    static func times(_ content: [UInt8]?) -> (all: UInt64, stolen: UInt64)? {
        guard let content else { return nil }
        let line = String(decoding: content, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("cpu ") }
        let fields = line?.split(separator: " ").dropFirst().prefix(8).compactMap { UInt64($0) } ?? []
        // Time of guests is in that of users already.
        return fields.count == 8 ? (fields.reduce(0, &+), fields[7]) : nil
    }
}
