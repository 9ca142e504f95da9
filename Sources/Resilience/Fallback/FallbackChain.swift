import MeshBase

/// One walk along the fallbacks of an edge, after its call has failed or was not made.
///
///     var chain = FallbackChain(policy)
///     var step = chain.begin(why: .timeout, now: now, deadline: deadline)
///     while true {
///         switch step {
///         case .look(let until): // the last good answer, or `chain.missed(now:)` where there is none by then
///         case .call(let until): // the generic service, or `chain.missed(now:)` where it fails
///         case .take(let kind):  // the answer; the chain is over
///         }
///     }
///
/// A value of a few bytes: nothing is allocated, and at most five steps are made.
public struct FallbackChain: Sendable, Equatable {
    /// What to do now.
    public enum Step: Sendable, Equatable {
        /// Look for the last good answer of the customer.
        case look(until: Instant)
        /// Ask the generic service, through its gate.
        case call(until: Instant)
        /// Answer with this; `skipped` answers without.
        case take(FallbackKind)
    }

    /// Four bits a kind, the next in the lowest; 15 ends.
    private var rest: UInt32
    private let cachedLimit: TimeAmount
    private let genericLimit: TimeAmount
    private let minimum: TimeAmount
    private let asksGenericService: Bool
    private var deadline = Instant.distantFuture
    /// Bit n: the kind of raw value n was tried in vain.
    private var missedKinds: UInt8 = 0
    /// What the chain stands at; nil before it has begun.
    public private(set) var current: FallbackKind?
    /// Why the primary is not the answer; nil where it was not called.
    public private(set) var why: FailureKind?
    /// Whether an answer was chosen.
    public private(set) var isOver = false

    private static let end: UInt32 = 15

    /// A chain that has not begun.
    public init(_ policy: FallbackPolicy) {
        var rest = UInt32.max
        var seen: UInt8 = 0
        var count: UInt32 = 0
        // Each kind once, so that four bits each always fit.
        for kind in policy.kinds where seen & (1 << kind.rawValue) == 0 {
            seen |= 1 << kind.rawValue
            rest &= ~(15 << (4 * count))
            rest |= UInt32(kind.rawValue) << (4 * count)
            count += 1
        }
        self.rest = rest
        cachedLimit = policy.cachedLimit
        genericLimit = policy.genericLimit
        minimum = policy.minimum
        asksGenericService = policy.asksGenericService
    }

    /// The first step.
    ///
    /// - Parameters:
    ///   - why: what the call ended in; nil where its feature is switched off and nothing was called.
    ///   - deadline: of the caller; no step lasts longer.
    public mutating func begin(why: FailureKind?, now: Instant, deadline: Instant) -> Step {
        self.why = why
        self.deadline = deadline
        return next(now)
    }

    /// The step under way had no answer, or none by its limit: the next one. An answer that was taken stays.
    public mutating func missed(now: Instant) -> Step {
        if isOver { return .take(current ?? .skipped) }
        if let current { missedKinds |= 1 << current.rawValue }
        return next(now)
    }

    /// The step under way had the answer.
    public mutating func found() { isOver = true }

    private mutating func next(_ now: Instant) -> Step {
        while rest & 15 != Self.end {
            guard let kind = FallbackKind(rawValue: UInt8(rest & 15)) else { break }
            rest = rest >> 4 | Self.end << 28
            current = kind
            switch kind {
            case .cached:
                // In memory: also worth a look when the time is up, for that is when it is needed most.
                return .look(until: max(now, min(now + cachedLimit, deadline)))
            case .generic where asksGenericService:
                guard deadline - now >= minimum, deadline > now else {
                    missedKinds |= 1 << kind.rawValue
                    continue
                }
                return .call(until: min(now + genericLimit, deadline))
            case .generic, .static, .empty, .skipped:
                return take(kind)
            }
        }
        return take(.skipped)
    }

    private mutating func take(_ kind: FallbackKind) -> Step {
        current = kind
        isOver = true
        return .take(kind)
    }

    /// Why it is this answer: `timeout; no cached, generic; static`.
    public func explanation() -> Explanation {
        var parts: [String] = [why.map { "\($0.name)" } ?? "switched off"]
        let missed = FallbackKind.allCases.filter { missedKinds & (1 << $0.rawValue) != 0 }.map { "\($0.name)" }
        if !missed.isEmpty { parts.append("no \(missed.joined(separator: ", "))") }
        if let current { parts.append("\(current.name)") }
        return Explanation(
            parts.joined(separator: "; "), [.init("tried", Double(missed.count + (current == nil ? 0 : 1)))])
    }
}
