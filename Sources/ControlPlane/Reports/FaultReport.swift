import Chaos
import MeshBase
import Telemetry

/// `fault add -o json`, and one of `fault ls -o json`.
package struct FaultReport: Codable, Sendable, Equatable {
    package var id: String
    package var kind: String
    package var targets: [String]
    package var isOneWay: Bool
    package var delay: Double?
    package var jitter: Double?
    package var distribution: String?
    package var rate: Double?
    package var bandwidth: Int?
    /// Of `errors`: what is answered.
    package var status: Int?
    /// RFC 3339.
    package var created: String
    package var expires: String
    package var remaining: Int64

    private enum CodingKeys: String, CodingKey {
        case id, kind, targets, distribution, rate, bandwidth, status, created, expires
        case isOneWay = "one_way"
        case delay = "delay_ms"
        case jitter = "jitter_ms"
        case remaining = "remaining_ms"
    }

    package init(_ fault: Fault, now: ClockReading) {
        id = fault.id
        kind = fault.kind.rawValue
        targets = fault.targets.map(\.text)
        isOneWay = fault.isOneWay
        delay = fault.delay?.base.milliseconds
        jitter = fault.delay.flatMap { $0.jitter > .zero ? $0.jitter.milliseconds : nil }
        distribution = fault.delay.flatMap { $0.jitter > .zero ? $0.distribution.rawValue : nil }
        rate = fault.rate ?? fault.delay.flatMap { $0.share < 1 ? $0.share : nil }
        bandwidth = fault.bandwidth
        status = fault.status.map(Int.init)
        created = Timestamp.string(fault.created)
        expires = Timestamp.string(fault.expires)
        remaining = (fault.remaining(at: now) ?? .zero).millisecondsRoundedUp
    }
}

/// Faults, and how many of the processes that run have them in force.
package struct FaultsReport: Codable, Sendable, Equatable {
    package var schema = ReportJSON.schema
    package var faults: [FaultReport]
    /// How many processes were asked and have read the list as it is now; absent where nobody was asked.
    package var applied: Int?
    package var of: Int?

    package init(faults: [FaultReport], applied: Int? = nil, of: Int? = nil) {
        self.faults = faults
        self.applied = applied
        self.of = of
    }
}

/// The body of `POST /v1/faults/add`.
package struct FaultAddition: Codable, Sendable, Equatable {
    package var kind: String
    package var targets: [String]
    package var isOneWay: Bool?
    package var delay: Double?
    package var jitter: Double?
    package var distribution: String?
    package var rate: Double?
    package var bandwidth: Int?
    package var status: Int?
    package var lease: Int64?

    private enum CodingKeys: String, CodingKey {
        case kind, targets, distribution, rate, bandwidth, status
        case isOneWay = "one_way"
        case delay = "delay_ms"
        case jitter = "jitter_ms"
        case lease = "for_ms"
    }

    package init(kind: String, targets: [String]) {
        self.kind = kind
        self.targets = targets
    }

    package var request: FaultRequest {
        var request = FaultRequest(kind: kind, targets: targets)
        request.isOneWay = isOneWay ?? false
        request.delay = delay.map { TimeAmount(seconds: $0 / 1_000) }
        request.jitter = jitter.map { TimeAmount(seconds: $0 / 1_000) }
        request.distribution = distribution
        request.rate = rate
        request.bandwidth = bandwidth
        request.status = status
        if let lease { request.lease = TimeAmount.milliseconds(1) * lease }
        return request
    }
}

/// The body of `POST /v1/faults/remove`: ids, or all.
package struct FaultRemoval: Codable, Sendable, Equatable {
    package var ids: [String]?
    package var all: Bool?

    package init(ids: [String]) { self.ids = ids }
}
