/// `fault add -o json`, and one of `fault ls -o json`.
package struct FaultReport: Codable, Sendable, Equatable {
    package var id: String
    package var kind: String
    package var targets: [String]
    /// The whole fault in its written form, without its lease.
    package var text: String?
    package var isOneWay: Bool
    package var delay: Double?
    package var jitter: Double?
    package var distribution: String?
    package var rate: Double?
    package var bandwidth: Int?
    /// Of `errors`: what is answered.
    package var status: Int?
    /// Of `skew`: how far the clock is ahead, in milliseconds.
    package var amount: Double?
    /// Of `slow`: so many times.
    package var factor: Double?
    /// Of `flap`: how long each turn is, in milliseconds.
    package var period: Double?
    /// Of `amnesia`: true where the new store says that it is the old one.
    package var keepsID: Bool?
    /// RFC 3339.
    package var created: String
    /// Absent where it lasts until somebody ends it.
    package var expires: String?
    /// Likewise.
    package var remaining: Int64?

    private enum CodingKeys: String, CodingKey {
        case id, kind, targets, text
        case isOneWay = "one_way"
        case delay = "delay_ms"
        case jitter = "jitter_ms"
        case distribution, rate, bandwidth, status, factor
        case amount = "amount_ms"
        case period = "period_ms"
        case keepsID = "keep_id"
        case created, expires
        case remaining = "remaining_ms"
    }

    package init(
        id: String, kind: String, targets: [String], isOneWay: Bool = false, created: String,
        expires: String?, remaining: Int64?
    ) {
        self.id = id
        self.kind = kind
        self.targets = targets
        self.isOneWay = isOneWay
        self.created = created
        self.expires = expires
        self.remaining = remaining
    }
}

extension FaultReport {
    /// What it does, with its figures, as `fault ls`, the page and `top` say it: `latency 30 ms ± 3.00 ms`.
    package var what: String {
        var text = kind
        if let delay { text += " \(Wording.time(milliseconds: delay))" }
        if let jitter {
            text += " ± \(Wording.time(milliseconds: jitter))"
            if let distribution, distribution != "uniform" { text += " \(distribution)" }
        }
        if let rate { text += " \(Wording.percent(rate))" }
        if let status { text += " with \(status)" }
        if let bandwidth { text += " \(Wording.bytes(bandwidth))/s" }
        if let amount { text += " \(Wording.time(milliseconds: amount))" }
        if let factor { text += " \(Wording.fixed(factor, factor == factor.rounded() ? 0 : 1))x" }
        if let period { text += " \(Wording.time(milliseconds: period))" }
        if keepsID == true { text += ", its id kept" }
        return text
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

/// `fault add -o json`: one fault, its members beside the schema.
package struct AddedFaultReport: Encodable, Sendable, Equatable {
    /// Nil where the control plane named none.
    package var fault: FaultReport?
    @Nullable package var applied: Int?
    @Nullable package var of: Int?

    package init(fault: FaultReport?, applied: Int?, of: Int?) {
        self.fault = fault
        self.applied = applied
        self.of = of
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ReportJSON.schema, forKey: .schema)
        try fault?.encode(to: encoder)
        try container.encode(applied, forKey: .applied)
        try container.encode(of, forKey: .of)
    }
    private enum CodingKeys: String, CodingKey { case schema, applied, of }
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
    /// Of `skew`: how far the clock is ahead, in milliseconds.
    package var amount: Double?
    package var factor: Double?
    package var period: Double?
    package var keepsID: Bool?
    package var lease: Int64?
    /// The prediction that it stands on (`PredictionReport`); nil for none.
    package var prediction: String?

    private enum CodingKeys: String, CodingKey {
        case kind, targets, distribution, rate, bandwidth, status, factor, prediction
        case period = "period_ms"
        case keepsID = "keep_id"
        case isOneWay = "one_way"
        case delay = "delay_ms"
        case jitter = "jitter_ms"
        case amount = "amount_ms"
        case lease = "for_ms"
    }

    package init(kind: String, targets: [String]) {
        self.kind = kind
        self.targets = targets
    }
}

/// The body of `POST /v1/faults/remove`: ids, or all.
package struct FaultRemoval: Codable, Sendable, Equatable {
    package var ids: [String]?
    package var all: Bool?
    /// The prediction that it stands on (`PredictionReport`); nil for none.
    package var prediction: String?

    package init(ids: [String]) { self.ids = ids }

    /// Of every fault.
    package static var everything: FaultRemoval {
        var removal = FaultRemoval(ids: [])
        (removal.ids, removal.all) = (nil, true)
        return removal
    }
}
