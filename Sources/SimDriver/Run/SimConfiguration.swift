import MeshBase
import Nodes
import Sharding
import Topology

/// What to simulate.
package struct SimConfiguration: Sendable {
    package var topology: MeshTopology
    package var placement = PlacementTable()
    /// The name that the report gives to the run.
    package var scenario: String
    /// Of every random stream. Customers keep the shards that the topology's own seed gives them.
    package var seed: UInt64
    /// How long the load lasts; the start before it and the checks after it take their own time.
    package var duration = TimeAmount.seconds(30)
    package var load = SimLoad()
    /// In any order; times count from the beginning of the load.
    package var faults: [SimFault] = []
    /// What each path between two processes takes at least and at most, in addition to the topology's links.
    package var baseLatency = TimeAmount.microseconds(100)...TimeAmount.microseconds(500)
    /// Longest wait for the mesh to be whole before the load begins.
    package var startLimit = TimeAmount.seconds(30)
    /// Events after which the run is given up as out of time.
    package var eventLimit: UInt64 = 500_000_000
    /// Whether gossip is sealed as real processes do, or leaves the cipher out: the run and its trace are the same.
    package var seals = false
    /// Cells are told at their first start that the mesh is new, as a control plane does; otherwise they ask each other.
    package var isFounded = true
    /// How long each stage of an evacuation is watched.
    package var watch = TimeAmount.milliseconds(200)
    /// Who is killed at which step of the coordinator's.
    package var strike: SimStrike?
    /// When tombstones are collected; nil for never.
    package var sweep: SweepRule?
    /// When cells compare their records; nil for never. Where they do, all replicas are alike in the end.
    package var repair: RepairRule?
    /// Faults come while it runs, from whoever reacts to what is seen.
    package var isReactive = false
    /// Such faults leave it open what members may come to believe of one another.
    package var isClouded = false
    /// For tests of the checkers.
    package var defect: SimDefect?

    package static let mostFaults = 10_000

    package init(topology: MeshTopology, seed: UInt64, scenario: String? = nil) {
        self.topology = topology
        self.seed = seed
        self.scenario = scenario ?? topology.name
    }

    /// Why this cannot be run, in words; nil when it can.
    package var problem: String? {
        if let shortest = [baseLatency.lowerBound.nanoseconds, duration.nanoseconds].min(), shortest < 0 {
            return "times are not negative"
        }
        if let problem = load.problem { return problem }
        if let strike, !Simulation.names(of: topology).contains(strike.node) {
            return "there is no node \(strike.node)"
        }
        for call in load.calls {
            if let problem = call.problem(in: topology, duration: duration) { return problem }
        }
        if faults.count > Self.mostFaults { return "a plan has at most \(Self.mostFaults) faults" }
        for fault in faults {
            if let problem = fault.problem(in: topology, duration: duration) { return problem }
        }
        return nil
    }
}

/// The load: open loop, so that a slow mesh does not slow its clients down.
package struct SimLoad: Sendable, Equatable {
    /// Requests per second, at random distances; 0 for none.
    package var rate = 200.0
    /// Shares of the requests; they need not add up to 1.
    package var reads = 0.60
    package var writes = 0.28
    package var deletes = 0.02
    package var services = 0.10
    /// The share of calls with POST that come under an idempotency key; keys come again and again.
    package var keyed = 0.0
    /// Shares of the classes that requests ask for, by `Priority.rawValue`; all zero: they ask for none.
    package var classes = SIMD4<Double>.zero
    /// What calls with POST say that they are worth, in whole units; nil: nothing.
    package var worth: ClosedRange<Int>?
    /// The share of calls that come with POST.
    package var posts = 0.5
    /// The services that clients call; nil: those that no other service calls.
    package var entries: [String]?
    /// For a while the rate is another.
    package var spike: Spike?

    /// A time in which the rate is multiplied.
    package struct Spike: Sendable, Equatable {
        /// Since the load began.
        package var from: TimeAmount
        /// Its end.
        package var to: TimeAmount
        /// Above 0.
        package var factor: Double

        package init(from: TimeAmount, to: TimeAmount, factor: Double) {
            (self.from, self.to, self.factor) = (from, to, factor)
        }
    }

    /// Records of each customer.
    package var records = 10
    /// Bytes of a value, at least 40.
    package var valueSize = 64
    /// How many customers take part; nil for the topology's number.
    package var customers: Int?
    /// So many of them, the first, ask nothing by themselves.
    package var silent = 0
    /// Requests in flight at once; further ones are dropped and counted.
    package var inFlight = 10_000
    /// Calls at given times, besides the random ones; a rate of 0 leaves only these.
    package var calls: [SimCall] = []

    package static let mostCalls = 10_000

    package init() {}

    var problem: String? {
        let shares = [reads, writes, deletes, services]
        if !rate.isFinite || rate < 0 || rate > 1e7 { return "the rate is a number of 0 to 10 000 000 per second" }
        if shares.contains(where: { !$0.isFinite || $0 < 0 }) || shares.reduce(0, +) <= 0 {
            return "the shares of the load are not negative, and not all of them are 0"
        }
        if (0..<4).contains(where: { !classes[$0].isFinite || classes[$0] < 0 }) {
            return "the shares of the classes are not negative"
        }
        if !(0...1).contains(posts) { return "the share of calls with POST is one of 0 to 1" }
        if let worth, worth.lowerBound < 0 || worth.upperBound > 1_000_000_000 {
            return "a call is worth 0 to 1 000 000 000"
        }
        if let spike, !(spike.factor > 0 && spike.factor <= 1_000) || spike.from < .zero || spike.to < spike.from {
            return "a spike ends after it begins, and is of up to 1000 times the rate"
        }
        if !(0...1).contains(keyed) { return "the share of calls under keys is one of 0 to 1" }
        if calls.count > Self.mostCalls { return "a load has at most \(Self.mostCalls) calls at given times" }
        if records < 3 || records > 200 { return "a customer has 3 to 200 records" }
        if valueSize < SimValue.shortest || valueSize > 1 << 20 {
            return "a value has \(SimValue.shortest) bytes to 1 MiB"
        }
        return nil
    }
}
