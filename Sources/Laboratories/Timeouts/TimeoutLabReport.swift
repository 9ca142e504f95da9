import MeshBase
import Resilience

/// What every call has and needs, and what requests took whose callees used their limits up.
package struct TimeoutLabReport: Sendable, Encodable {
    /// One call.
    package struct Path: Sendable, Equatable, Encodable {
        /// The kind of cell.
        package let cell: String
        /// What there is and what should be.
        package let call: TimeoutHierarchy.Call

        private enum CodingKeys: String, CodingKey {
            case cell, path, attempts, ok, circle
            case have = "have_ms"
            case need = "need_ms"
            case work = "work_ms"
            case serial = "serial_ms"
            case parallel = "parallel_ms"
        }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(cell, forKey: .cell)
            try document.encode(call.path, forKey: .path)
            try document.encode(call.limit.milliseconds, forKey: .have)
            // Of a circle no time is enough.
            try document.encode(call.isCircle ? nil : call.wanted.milliseconds, forKey: .need)
            try document.encode(call.work.milliseconds, forKey: .work)
            try document.encode(call.serial.milliseconds, forKey: .serial)
            try document.encode(call.parallel.milliseconds, forKey: .parallel)
            try document.encode(call.attempts, forKey: .attempts)
            try document.encode(call.fits, forKey: .ok)
        }
    }

    /// A request to a service that customers begin with.
    package struct Request: Sendable, Equatable, Encodable {
        /// The kind of cell.
        package let cell: String
        /// The service that it comes in at.
        package let service: String
        /// By the sums: its own work and all of its calls at their limits.
        package let need: TimeAmount
        /// When the router gives up.
        package let limit: TimeAmount
        /// In virtual time: the same, with a router that waits for ever.
        package let callees: TimeAmount?
        /// In virtual time: services that call nobody answer in the last instant; nil: attempts multiply beyond what is
        /// followed.
        let leaves: TimeoutRun.Findings?

        private enum CodingKeys: String, CodingKey {
            case cell, service, answered, calls
            case need = "calculated_ms"
            case limit = "limit_ms"
            case callees = "callees_ms"
            case leaves = "leaves_ms"
            case abandoned = "abandoned_ms"
        }

        package func encode(to encoder: any Encoder) throws {
            var document = encoder.container(keyedBy: CodingKeys.self)
            try document.encode(cell, forKey: .cell)
            try document.encode(service, forKey: .service)
            try document.encode(need.milliseconds, forKey: .need)
            try document.encode(limit.milliseconds, forKey: .limit)
            try document.encode(callees?.milliseconds, forKey: .callees)
            try document.encode(leaves?.took.milliseconds, forKey: .leaves)
            try document.encode(leaves?.isAnswered, forKey: .answered)
            try document.encode(leaves?.calls, forKey: .calls)
            try document.encode(leaves?.abandoned.milliseconds, forKey: .abandoned)
        }
    }

    /// Requests whose slowest services take up more and more of their limits.
    struct Curve: Sendable, Equatable {
        var shares: [Double] = []
        var took: [TimeAmount] = []
        var abandoned: [TimeAmount] = []
        /// From this share on the request fails.
        var breaksAt: Double?
    }

    /// What was looked at.
    package let settings: TimeoutLab.Settings
    /// Every call, each once.
    package let paths: [Path]
    /// By each service that nobody inside calls.
    package let requests: [Request]
    /// What a request of the slowest of them should have; nil: only circles.
    package let endToEnd: TimeAmount?
    /// From the router on, along what takes the longest.
    package let criticalPath: [String]
    let curve: Curve?

    /// Whether every call has the time that it should have.
    package var ok: Bool { paths.allSatisfy(\.call.fits) }

    private enum CodingKeys: String, CodingKey {
        case schema, ok, paths, simulated, observed
        case endToEnd = "end_to_end_ms"
        case criticalPath = "critical_path"
    }

    private struct Observed: Encodable {
        let from: String
        let p50: Double?
        let p99: Double?
        let longest: Double?

        private enum CodingKeys: String, CodingKey {
            case from
            case p50 = "p50_ms"
            case p99 = "p99_ms"
            case longest = "max_ms"
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var document = encoder.container(keyedBy: CodingKeys.self)
        try document.encode("cellmesh/1", forKey: .schema)
        try document.encode(ok, forKey: .ok)
        try document.encode(paths, forKey: .paths)
        try document.encode(endToEnd?.milliseconds, forKey: .endToEnd)
        try document.encode(criticalPath, forKey: .criticalPath)
        try document.encode(requests, forKey: .simulated)
        guard let run = settings.recording else { return }
        try document.encode(
            Observed(
                from: run.name, p50: run.p50?.milliseconds, p99: run.p99?.milliseconds,
                longest: run.longest?.milliseconds), forKey: .observed)
    }
}

extension TimeoutLab.Settings {
    var command: String {
        var line = LabCommandLine("timeouts")
        if let file { line.add(argument: file) }
        if let policies { line.add("policies", word: policies) }
        if let recording { line.add("from", word: recording.name) }
        return line.text
    }
}
