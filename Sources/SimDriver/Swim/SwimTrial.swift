import Membership
import MeshBase

/// One run of the starved-node experiment: a mesh of members and nothing else, whose members know each other from the
/// beginning, some of them reading their packets late, one of them crashing half-way.
package struct SwimTrial: Sendable, Hashable {
    package var members: Int
    /// Ratio of packets lost, each by itself.
    package var loss: Double
    /// Ratio of members that read each packet `lateness` after its arrival, in order; their timers are on time.
    package var starved: Double
    package var swim: SWIMConfiguration
    package var seed: UInt64
    package var duration = TimeAmount.seconds(120)
    /// When one member that is not starved ends; nil for no crash.
    package var crashAt: TimeAmount? = .seconds(60)
    /// Of one member that is neither starved nor crashes.
    package var fault: SwimFault?
    package var lateness = TimeAmount.milliseconds(500)...TimeAmount.milliseconds(2_500)
    package var latency = TimeAmount.microseconds(100)...TimeAmount.microseconds(500)

    /// Members at most. A view is memory, 28 bytes for each member, where it differs much from the others'.
    package static let mostMembers = 65_000

    package init(members: Int, loss: Double, starved: Double, swim: SWIMConfiguration, seed: UInt64) {
        self.members = members
        self.loss = loss
        self.starved = starved
        self.swim = swim
        self.seed = seed
    }

    /// How many members are starved: the ratio, rounded, and at least one where it is above 0.
    package var starvedCount: Int {
        starved <= 0 ? 0 : min(max(1, Int((Double(members) * starved).rounded())), members - 2)
    }

    /// Why this cannot be run, in words; nil when it can.
    package var problem: String? {
        if members < 3 || members > Self.mostMembers { return "a mesh has 3 to \(Self.mostMembers) members" }
        if !(0...1).contains(loss) || !(0...1).contains(starved) { return "a ratio lies between 0 and 1" }
        if duration <= .zero || duration > .hours(24) { return "a run takes up to 24 hours" }
        if let problem = fault?.problem { return problem }
        if fault != nil, members - starvedCount < 3 {
            return "beside those that are starved there is none to be lossy, none to crash and none to see it"
        }
        do {
            try swim.validate()
        } catch {
            return "the membership's constants are refused: \(error)"
        }
        return nil
    }
}

/// What one run came to.
package struct SwimTrialResult: Sendable, Equatable {
    /// Times that a member was declared dead which was up, each observer counted, and those where the observer was
    /// sound: neither starved nor the one with the fault.
    package var falsePositives: UInt64 = 0
    package var falsePositivesHealthy: UInt64 = 0
    package var suspicions: UInt64 = 0
    package var messages: UInt64 = 0
    /// Encoded, before the seal.
    package var bytes: UInt64 = 0
    /// Packets read and wakes that were due; what is only put off is not counted.
    package var events: UInt64 = 0
    /// From the crash until the first member suspected it; nil when nobody did.
    package var suspected: TimeAmount?
    /// From the crash until the first member, and until all, had it dead; nil when that did not happen.
    package var detected: TimeAmount?
    package var known: TimeAmount?
    /// From the first to the last; nil where not all had it dead.
    package var spread: TimeAmount? { detected.flatMap { first in known.map { $0 - first } } }
    /// Of the fault, where there was one.
    package var fault: SwimFaultResult?
    package var simulated = TimeAmount.zero
    package var traceHash: UInt64 = 0

    package init() {}
}
