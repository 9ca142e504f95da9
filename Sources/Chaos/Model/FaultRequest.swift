import MeshBase
import Topology

/// A fault as somebody asks for it: words and figures that have not been checked.
package struct FaultRequest: Sendable, Equatable {
    /// A word of `FaultKind`.
    package var kind: String
    /// The sides, 1 to `mostTargets` words; see `TargetSelector`.
    package var targets: [String]
    /// Only what the first target sends is struck.
    package var isOneWay = false
    /// Of `latency`: at most `Delay.longest`.
    package var delay: TimeAmount?
    /// Of `latency`: what is drawn on top of the delay.
    package var jitter: TimeAmount?
    /// Of `latency`: a word of `Delay.Distribution`.
    package var distribution: String?
    /// A ratio, more than 0 and at most 1.
    package var rate: Double?
    /// Bytes a second.
    package var bandwidth: Int?
    /// Of `errors`: the status of HTTP, 400...599; 500 where left out.
    package var status: Int?
    /// How long it lasts.
    package var lease: TimeAmount

    /// A request without figures; nothing is checked before `fault`.
    package init(kind: String, targets: [String], lease: TimeAmount = FaultRequest.defaultLease) {
        self.kind = kind
        self.targets = targets
        self.lease = lease
    }

    /// How long a fault lasts when nobody says.
    package static let defaultLease = TimeAmount.minutes(5)
    /// A week.
    package static let longestLease = TimeAmount.hours(24 * 7)
    /// More sides are refused.
    package static let mostTargets = 64

    /// Why a request is refused, what to do instead, and what its words could have meant.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        /// Why, and what to do instead.
        package var message: String

        init(_ message: String, unknown word: String? = nil, among known: [String] = []) {
            let hint = word.flatMap { NearestWord.hint(for: $0, among: known, listing: "there are") }
            self.message = message + (hint.map { "; \($0)" } ?? "")
        }
        package var description: String { message }
    }

    /// The fault, checked, with a lease from now on. Nothing checks it again.
    package func fault(id: String, topology: MeshTopology, now: ClockReading) throws(Refusal) -> Fault {
        let kind = try checkedKind()
        let sides = try targets(kind, topology)
        guard lease > .zero, lease <= Self.longestLease else {
            throw Refusal("a fault lasts from 1 ns to a week; give --for, 5 minutes where left out")
        }
        try refuseStrangers(kind)
        var fault = Fault(
            id: id, kind: kind, side: sides[0], others: Array(sides.dropFirst()), isOneWay: isOneWay, created: now.wall,
            expires: now.wall.addingReportingOverflow(lease.nanoseconds).partialValue)
        if !now.bootID.isEmpty { (fault.boot, fault.bootID) = (now.boot, now.bootID) }
        switch kind {
        case .latency: fault.delay = try checkedDelay()
        case .loss, .duplicate: fault.rate = try checkedRate(required: true)
        case .reset: fault.rate = try checkedRate(required: false)
        case .bandwidth: fault.bandwidth = try checkedBandwidth()
        case .errors:
            fault.rate = try checkedRate(required: false)
            fault.status = try checkedStatus()
        case .blackhole, .partition, .hang: break
        }
        return fault
    }

    private func checkedKind() throws(Refusal) -> FaultKind {
        if FaultKind.later.contains(kind) {
            throw Refusal(
                "this release injects faults on the wire (\(FaultKind.words { $0.strikesWire })) and on services "
                    + "(\(FaultKind.words { $0.strikesServices })); those of cells and clocks come later")
        }
        guard let kind = FaultKind(rawValue: kind) else {
            throw Refusal(
                "there is no kind of fault '\(kind.prefix(64))'", unknown: kind,
                among: FaultKind.allCases.map(\.rawValue))
        }
        return kind
    }

    private func targets(_ kind: FaultKind, _ topology: MeshTopology) throws(Refusal) -> [TargetSelector] {
        guard !targets.isEmpty, targets.count <= Self.mostTargets else {
            throw Refusal("name 1 to \(Self.mostTargets) targets")
        }
        var sides: [TargetSelector] = []
        for word in targets {
            let target: TargetSelector
            do throws(UnknownTarget) { target = try TargetSelector(word, in: topology) } catch {
                throw Refusal(error.description)
            }
            guard !sides.dropFirst().contains(target) else { throw Refusal("'\(word)' is named twice") }
            sides.append(target)
        }
        return try sides[0].isService ? services(kind, sides) : self.sides(kind, sides, topology)
    }

    private func services(_ kind: FaultKind, _ targets: [TargetSelector]) throws(Refusal) -> [TargetSelector] {
        guard kind.strikesServices else {
            throw Refusal(
                "'\(kind.rawValue)' lies on the wire; a service takes \(FaultKind.words { $0.strikesServices })")
        }
        guard targets.allSatisfy(\.isService) else {
            throw Refusal("a fault lies on services or between nodes: make two of it")
        }
        guard Set(targets).count == targets.count else { throw Refusal("'\(targets[0].text)' is named twice") }
        guard !isOneWay else { throw Refusal("--one-way has no meaning for a service") }
        return targets
    }

    private func sides(
        _ kind: FaultKind, _ sides: [TargetSelector], _ topology: MeshTopology
    ) throws(Refusal) -> [TargetSelector] {
        guard kind.strikesWire, sides.allSatisfy({ !$0.isService }) else {
            throw Refusal("'\(kind.rawValue)' lies on services: name them as service/NAME or cell/CELL/service/NAME")
        }
        guard kind != .partition || sides.count >= 2 else {
            throw Refusal("a partition lies between targets: name at least two, or use blackhole for one alone")
        }
        let nodes = WireNodes(topology)
        let near = nodes.all.indices.filter { nodes.isNode($0, in: sides[0]) }
        let far = nodes.all.indices.filter { number in
            sides.count == 1
                ? !nodes.isNode(number, in: sides[0])
                : sides.dropFirst().contains { nodes.isNode(number, in: $0) }
        }
        // A node has no link to itself.
        let crosses = !near.isEmpty && !far.isEmpty && (near.count > 1 || far.count > 1 || near != far)
        guard crosses else {
            throw Refusal("no link lies between these targets: \(sides.map(\.text).joined(separator: ", "))")
        }
        return sides
    }

    /// Figures that the kind has no use for are a mistake.
    private func refuseStrangers(_ kind: FaultKind) throws(Refusal) {
        var strangers: [String] = []
        if kind != .latency {
            if delay != nil { strangers.append("--delay") }
            if jitter != nil { strangers.append("--jitter") }
            if distribution != nil { strangers.append("--distribution") }
        }
        if kind != .bandwidth, bandwidth != nil { strangers.append("--bandwidth") }
        if kind != .errors, status != nil { strangers.append("--status") }
        if kind == .bandwidth || kind == .hang || kind.cuts, rate != nil { strangers.append("--rate") }
        if let first = strangers.first { throw Refusal("\(first) has no meaning for '\(kind.rawValue)'") }
    }

    private func checkedDelay() throws(Refusal) -> Delay {
        guard let delay = delay ?? (jitter == nil ? nil : .zero), delay >= .zero, delay <= Delay.longest,
            (jitter ?? .zero) >= .zero, (jitter ?? .zero) <= Delay.longest, delay > .zero || (jitter ?? .zero) > .zero
        else { throw Refusal("'latency' takes --delay, such as 30ms, and at most an hour") }
        guard let shape = Delay.Distribution(rawValue: distribution ?? "uniform") else {
            let known = Delay.Distribution.allCases.map(\.rawValue)
            throw Refusal(
                "there is no distribution '\(distribution ?? "")'", unknown: distribution ?? "", among: known)
        }
        return Delay(
            base: delay, jitter: jitter ?? .zero, distribution: shape, share: try checkedRate(required: false) ?? 1)
    }

    private func checkedRate(required: Bool) throws(Refusal) -> Double? {
        guard let rate else {
            if required { throw Refusal("'\(kind)' takes --rate, such as 5%") }
            return nil
        }
        guard rate > 0, rate <= 1 else { throw Refusal("--rate is more than 0 and at most 100%") }
        return rate
    }

    private func checkedBandwidth() throws(Refusal) -> Int {
        guard let bandwidth else { throw Refusal("'bandwidth' takes --bandwidth, such as 1MiB/s") }
        guard bandwidth >= 1, bandwidth <= 1 << 40 else { throw Refusal("--bandwidth is 1B/s to 1024GiB/s") }
        return bandwidth
    }

    private func checkedStatus() throws(Refusal) -> UInt16 {
        guard let status else { return 500 }
        guard (400...599).contains(status) else { throw Refusal("--status is an error of HTTP, 400 to 599") }
        return UInt16(status)
    }
}
