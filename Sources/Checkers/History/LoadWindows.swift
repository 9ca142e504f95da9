import MeshBase
import Topology

/// What was asked in each part of a run, and how it ended, by the tier of the keys. A part begins when the owner of the
/// run says so, and a request is of the part in which it was both meant to be sent and answered.
package struct LoadWindows: Sendable {
    /// How a request ended.
    package enum Ending: Sendable {
        /// As the mesh means to answer.
        case ok
        /// By an answer that says that nothing was changed.
        case refused
        /// Without an answer, or by one that leaves open what happened.
        case failed
    }

    package struct Counts: Hashable, Sendable {
        package var requests: UInt64 = 0
        package var ok: UInt64 = 0
        package var refused: UInt64 = 0
        package var failed: UInt64 = 0
        /// Reads that gave less than what had been acknowledged before they began.
        package var stale: UInt64 = 0
        package init() {}

        /// All of them by name.
        package var all: (requests: UInt64, ok: UInt64, refused: UInt64, failed: UInt64, stale: UInt64) {
            (requests, ok, refused, failed, stale)
        }

        package static func + (first: Counts, second: Counts) -> Counts {
            var sum = first
            sum.requests += second.requests
            sum.ok += second.ok
            sum.refused += second.refused
            sum.failed += second.failed
            sum.stale += second.stale
            return sum
        }
    }

    /// What is told of one request.
    package struct Note {
        package var ending: Ending
        /// Nil for services, and where nobody has said.
        package var tier: StoreSettings.Tier?
        /// As the configuration tells customers apart.
        package var customerClass: Int
        package var intended: Instant
        package var isStale: Bool

        package init(
            ending: Ending, tier: StoreSettings.Tier? = nil, customerClass: Int = 0, intended: Instant,
            isStale: Bool = false
        ) {
            (self.ending, self.tier, self.customerClass) = (ending, tier, customerClass)
            (self.intended, self.isStale) = (intended, isStale)
        }
    }

    package struct Window: Sendable {
        package let since: Instant
        /// Requests of every kind.
        package fileprivate(set) var all = Counts()
        /// Records of each tier, by class of their customers.
        fileprivate var tiers = [[Counts]](
            repeating: [Counts](repeating: Counts(), count: LoadWindows.classes),
            count: StoreSettings.Tier.allCases.count)
        /// Meant for an earlier part, answered in this one: in no other count.
        package fileprivate(set) var straddled: UInt64 = 0

        /// Of one tier and some classes of customers.
        package func counts(_ tier: StoreSettings.Tier, classes: Range<Int> = 0..<LoadWindows.classes) -> Counts {
            tiers[tier.position][classes.clamped(to: 0..<LoadWindows.classes)].reduce(Counts(), +)
        }
    }

    /// How many parts a run may have; a further one is not begun.
    package static let limit = 16
    /// How many classes of customers there are.
    package static let classes = 3
    package private(set) var windows: [Window] = []

    package init() {}

    /// - Returns: false where there are as many as there may be.
    package mutating func begin(at now: Instant) -> Bool {
        guard windows.count < Self.limit else { return false }
        windows.append(Window(since: now))
        return true
    }

    package mutating func note(_ note: Note) {
        guard let last = windows.indices.last else { return }
        guard note.intended >= windows[last].since else {
            windows[last].straddled += 1
            return
        }
        Self.add(note, to: &windows[last].all)
        guard let tier = note.tier else { return }
        Self.add(note, to: &windows[last].tiers[tier.position][min(max(note.customerClass, 0), Self.classes - 1)])
    }

    private static func add(_ note: Note, to counts: inout Counts) {
        counts.requests += 1
        switch note.ending {
        case .ok: counts.ok += 1
        case .refused: counts.refused += 1
        case .failed: counts.failed += 1
        }
        if note.isStale { counts.stale += 1 }
    }
}

extension StoreSettings.Tier {
    fileprivate var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
