import MeshBase
import Topology

/// A fault as somebody asks for it: words and figures that have not been checked.
package struct FaultRequest: Sendable, Equatable {
    /// A word of `FaultKind`.
    package var kind: String
    /// On the wire the sides, else what it lies on: 1 to `mostTargets` words; see `TargetSelector`.
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
    /// Of `reorder`, `late`, `skew` and `flap`.
    package var amount: TimeAmount?
    /// Of `slow`: more than 1 and at most `mostSlowness`.
    package var factor: Double?
    /// Of `amnesia`.
    package var keepsID = false
    /// Of `drift`: -500000...500000.
    package var millionths: Int?
    /// How long it lasts; nil where nobody says.
    package var lease: TimeAmount?

    /// A request without figures; nothing is checked before `spec`.
    package init(kind: String, targets: [String], lease: TimeAmount? = nil) {
        self.kind = kind
        self.targets = targets
        self.lease = lease
    }

    /// How long a fault lasts when nobody says.
    package static let defaultLease = TimeAmount.minutes(5)
    /// A cell is so many times as slow at most.
    package static let mostSlowness = 10_000.0
    /// Of `fill-memory`: at more a cell would count as one that only a restart helps.
    package static let mostMemory = 0.99
    /// A week.
    package static let longestLease = TimeAmount.hours(24 * 7)
    /// More sides are refused.
    package static let mostTargets = 64

    /// Why a request is refused, what to do instead, and what its words could have meant.
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        /// Why, and what to do instead.
        package var message: String

        /// - Parameters:
        ///   - message: without a full stop.
        ///   - word: what was not found, among what; nil where there is nothing to suggest.
        package init(_ message: String, unknown word: String? = nil, among known: [String] = []) {
            let hint = word.flatMap { NearestWord.hint(for: $0, among: known, listing: "there are") }
            self.message = message + (hint.map { "; \($0)" } ?? "")
        }
        package var description: String { message }
    }

    /// Why something done to processes may not last so long; nil where it may.
    ///
    /// - Parameters:
    ///   - lease: in milliseconds.
    ///   - verb: what is done: of `kill`, `pause` and others, which do not last.
    package static func refusal(lease: Int64, of verb: String) -> Refusal? {
        guard verb == FaultKind.kill.rawValue || verb == FaultKind.pause.rawValue else {
            return Refusal("'\(verb)' does not last: --for (for_ms of the API) goes with kill and pause")
        }
        guard lease > 0, lease <= longestLease.nanoseconds / 1_000_000 else {
            return Refusal("'\(verb)' lasts from 1 ms to a week, or until it is ended: --for (for_ms of the API)")
        }
        return nil
    }

    /// The fault, checked, with a lease from now on. Nothing checks it again.
    package func fault(id: String, topology: MeshTopology, now: ClockReading) throws(Refusal) -> Fault {
        if FaultKind(rawValue: kind)?.isSimulatedAlone ?? false {
            // What its figures are, the simulator says.
            let written = (try? spec(in: topology).text) ?? "\(kind) \(targets.first ?? "") ..."
            throw Refusal("'\(kind)' is simulated alone: cellmesh sim run --fault '\(written) @1s'")
        }
        let spec = try spec(in: topology)
        // Leases are the control plane's: it would end them by a clock that is wrong on purpose.
        if spec.action.layer == .clock, spec.targets.contains(.control) {
            throw Refusal(
                "'\(kind)' strikes cells and routers: the control plane's clock is everybody's measure; that is simulated alone: "
                    + "cellmesh sim run --fault '\(spec.text) @1s'")
        }
        let lease = lease ?? Self.defaultLease
        guard lease > .zero, lease <= Self.longestLease else {
            throw Refusal("a fault lasts from 1 ns to a week; give --for, 5 minutes where left out")
        }
        return Fault(id: id, spec, lease: lease, from: now)
    }

    /// What it does, and to what of a topology.
    package func spec(in topology: MeshTopology) throws(Refusal) -> FaultSpec {
        let spec = try spec { word throws(UnknownTarget) in try TargetSelector(word, in: topology) }
        if spec.action.layer == .wire { try Self.check(spec, topology) }
        if spec.kind == .fillMemory, CellMemory.struck(by: spec, topology).isEmpty {
            throw Self.noMemory(topology)
        }
        return spec
    }

    /// That nobody counts memory.
    package static func noMemory(_ topology: MeshTopology) -> Refusal {
        Refusal("none of these cells of '\(topology.name)' has a budget of memory: its blueprint says 'memory: 8MiB'")
    }

    /// The same of words alone: whether a mesh has such things is not asked.
    package func spec() throws(Refusal) -> FaultSpec {
        try spec { word throws(UnknownTarget) in
            // What is to be chosen is a name like any other, once it is understood.
            let isChoice = TargetChoice.isMeant(word)
            if isChoice { try TargetChoice.check(word) }
            let chosen = isChoice ? TargetSelector.node(word) : nil
            guard let target = TargetSelector(text: word) ?? chosen else {
                throw UnknownTarget("'\(word.prefix(128))' is no target")
            }
            return target
        }
    }

    private func spec(_ find: (String) throws(UnknownTarget) -> TargetSelector) throws(Refusal) -> FaultSpec {
        let kind = try checkedKind()
        guard !targets.isEmpty, targets.count <= Self.mostTargets else {
            throw Refusal("name 1 to \(Self.mostTargets) targets")
        }
        var targets: [TargetSelector] = []
        for word in self.targets {
            let target: TargetSelector
            do throws(UnknownTarget) { target = try find(word) } catch { throw Refusal(error.description) }
            // On the wire the first side may stand among the others: the links within it.
            guard !targets.dropFirst(kind.strikes(.wire) ? 1 : 0).contains(target) else {
                throw Refusal("'\(word)' is named twice")
            }
            targets.append(target)
        }
        try checkPlace(kind, targets)
        try refuseStrangers(kind)
        guard
            let action = FaultAction(kind, try figures(kind), isOnServices: targets[0].isService)
        else { throw Refusal("a figure of '\(kind.rawValue)' is missing") }
        return FaultSpec(action, on: targets, isOneWay: isOneWay)
    }

    private func checkedKind() throws(Refusal) -> FaultKind {
        guard let kind = FaultKind(rawValue: kind) else {
            throw Refusal(
                "there is no kind of fault '\(kind.prefix(64))'", unknown: kind, among: FaultKind.real.map(\.rawValue))
        }
        return kind
    }

    // MARK: Targets

    private func checkPlace(_ kind: FaultKind, _ targets: [TargetSelector]) throws(Refusal) {
        let areServices = targets.count(where: \.isService)
        guard areServices == 0 || areServices == targets.count else {
            throw Refusal("a fault lies on services or between nodes: make two of it")
        }
        if areServices > 0 {
            guard kind.strikes(.service) else {
                let place =
                    kind.strikes(.wire)
                    ? "the wire"
                    : kind.strikes(.cell)
                        ? "cells" : kind.strikes(.disk) ? "disks" : kind.strikes(.clock) ? "clocks" : "processes"
                throw Refusal("'\(kind.rawValue)' lies on \(place); a service takes \(FaultKind.words(.service))")
            }
            guard Set(targets).count == targets.count else { throw Refusal("'\(targets[0].text)' is named twice") }
            guard !isOneWay else { throw Refusal("--one-way has no meaning for a service") }
            return
        }
        guard kind != .errors, kind != .hang else {
            throw Refusal("'\(kind.rawValue)' lies on services: name them as service/NAME or cell/CELL/service/NAME")
        }
        guard kind.strikes(.wire) else {
            guard !isOneWay else { throw Refusal("--one-way has no meaning for '\(kind.rawValue)'") }
            if let other = targets.first(where: { !Self.mayLie(kind, on: $0) }) {
                throw Refusal(
                    kind.strikes(.cell)
                        ? "'\(kind.rawValue)' lies on cells, and '\(other.text)' is none"
                        : "'\(kind.rawValue)' lies on disks, and '\(other.text)' has none: name cells")
            }
            return
        }
        guard kind != .partition || targets.count >= 2 else {
            throw Refusal("a partition lies between targets: name at least two, or use blackhole for one alone")
        }
    }

    /// Whether a target has what a kind strikes: routers and the control plane are no cells and have no
    /// disk that could be lost.
    package static func mayLie(_ kind: FaultKind, on target: TargetSelector) -> Bool {
        guard kind.strikes(.disk) || kind.strikes(.cell) else { return true }
        switch target {
        case .router, .control: return false
        case .mesh, .region, .zone, .cell, .node, .service: return true
        }
    }

    /// That a link lies between the sides.
    private static func check(_ spec: FaultSpec, _ topology: MeshTopology) throws(Refusal) {
        let nodes = WireNodes(topology)
        let near = nodes.all.indices.filter { nodes.isNode($0, in: spec.side) }
        let far = nodes.all.indices.filter { number in
            spec.others.isEmpty
                ? !nodes.isNode(number, in: spec.side) : spec.others.contains { nodes.isNode(number, in: $0) }
        }
        // A node has no link to itself.
        let crosses = !near.isEmpty && !far.isEmpty && (near.count > 1 || far.count > 1 || near != far)
        guard crosses else {
            throw Refusal(
                "no link lies between these targets: \(spec.targets.map(\.text).joined(separator: ", "))"
                    + (spec.others.isEmpty && near.count > 1
                        ? "; for the links within it name it as the other side too" : ""))
        }
    }

    // MARK: Figures

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
        let takesRate: Set<FaultKind> = [
            .latency, .loss, .datagramLoss, .duplicate, .reorder, .reset, .errors, .lie, .fillMemory,
        ]
        if !takesRate.contains(kind), rate != nil { strangers.append("--rate") }
        let takesAmount: Set<FaultKind> = [.reorder, .late, .skew, .flap]
        if !takesAmount.contains(kind), amount != nil { strangers.append("an amount of time") }
        if kind != .slow, factor != nil { strangers.append("--factor") }
        if kind != .amnesia, keepsID { strangers.append("--keep-id") }
        if kind != .drift, millionths != nil { strangers.append("a drift in ppm") }
        if let first = strangers.first { throw Refusal("\(first) has no meaning for '\(kind.rawValue)'") }
    }

    private func figures(_ kind: FaultKind) throws(Refusal) -> FaultFigures {
        var figures = FaultFigures()
        switch kind {
        case .latency: figures.delay = try checkedDelay()
        case .loss, .datagramLoss, .duplicate: figures.rate = try checkedRate(required: true)
        case .reorder:
            figures.rate = try checkedRate(required: true)
            figures.amount = try checkedAmount(atMost: .minutes(1), "packets are late by up to a minute, such as 50ms")
        case .reset: figures.rate = try checkedRate(required: false)
        case .bandwidth: figures.bandwidth = try checkedBandwidth()
        case .errors:
            figures.rate = try checkedRate(required: false)
            figures.status = try checkedStatus()
        case .lie: figures.rate = try checkedRate(required: false)
        case .fillMemory:
            guard rate.map({ $0 > 0 && $0 <= Self.mostMemory }) ?? true else {
                throw Refusal("--to is more than 0 and at most 99%, such as 95%")
            }
            figures.rate = rate
        case .slow:
            guard factor.map({ $0 > 1 && $0 <= Self.mostSlowness }) ?? true else {
                throw Refusal("--factor is more than 1 and at most 10000, such as 100x")
            }
            figures.factor = factor
        case .flap:
            guard amount.map({ $0 >= .milliseconds(100) && $0 <= .minutes(1) }) ?? true else {
                throw Refusal("--period is 100ms to a minute, such as 2s")
            }
            figures.amount = amount
        case .amnesia: figures.keepsID = keepsID ? true : nil
        case .late:
            figures.amount = try checkedAmount(atMost: .minutes(1), "packets are read up to a minute late, such as 2s")
        case .skew:
            figures.amount = try checkedAmount(
                atMost: .hours(24 * 365), "a clock jumps ahead by up to a year, such as 1h")
        case .drift:
            guard let millionths, abs(millionths) <= 500_000 else {
                throw Refusal("a clock drifts by up to 500000ppm, such as 200ppm")
            }
            figures.millionths = millionths
        case .blackhole, .partition, .clog, .hang, .zombie, .kill, .pause, .leave, .destroy, .loseDisk, .loseRows,
            .fillDisk:
            break
        }
        return figures
    }

    private func checkedAmount(atMost most: TimeAmount, _ advice: String) throws(Refusal) -> TimeAmount {
        guard let amount, amount >= .zero, amount <= most else { throw Refusal(advice) }
        return amount
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
