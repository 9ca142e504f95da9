import MeshBase

/// Whether one cell answers this router in time, whatever the membership thinks of it.
///
/// A link may be up and yet of no use: what is sent vanishes, only one direction works, or answers come too late. Pings
/// that go unanswered while nothing else is heard demote a cell. So many requests in a row without an answer in time ask
/// for a ping at once: a cell that answers it has a service that hangs, and others that do not. That is for the gate of
/// the service to leave; only where requests go through no breaker do they demote the cell by themselves.
///
/// A demoted cell is pinged at every look; an answer in time brings it back, after a hold that doubles while it is demoted
/// again and again.
struct CellPulse {
    /// Requests in a row without an answer in time that raise a doubt.
    static let mostTimeouts: UInt8 = 3
    /// Between two looks at the cells.
    static let interval = TimeAmount.milliseconds(250)
    /// A cell that is demoted again within this time of its return is held off longer.
    private static let relapse = TimeAmount.seconds(10)
    private static let firstHold = TimeAmount.milliseconds(500)
    private static let longestHold = TimeAmount.seconds(30)

    private var timeouts: UInt8 = 0
    /// Something was answered in time since the last look.
    private var isHeard = true
    /// It should not be chosen while another can be.
    private(set) var isDemoted = false
    /// It is demoted, and its pings are answered: it can be asked when no other cell is left.
    private var isAnswering = false
    /// When the first of the pings went out that nothing has answered since.
    private var quietSince: Instant?
    private var hold = TimeAmount.zero
    private var heldUntil = Instant.zero
    private var returned: Instant?

    /// It is demoted and answers nothing: asking it would only cost the client's time.
    var isSilent: Bool { isDemoted && !isAnswering }

    /// A request was answered in time.
    @inline(__always)
    mutating func answered() {
        timeouts = 0
        isHeard = true
    }

    /// What a request without an answer in time leads to.
    enum Timeout: Equatable {
        case nothing
        /// Ask it now: the silence after this ping decides.
        case ping
        /// It was demoted just now; ping it.
        case demoted
    }

    /// A request had its full time and no answer.
    ///
    /// - Parameter isGuarded: it went through a breaker, which leaves what does not answer by itself.
    mutating func timedOut(isGuarded: Bool, now: Instant) -> Timeout {
        guard !isDemoted else { return .nothing }
        timeouts += 1
        guard timeouts >= Self.mostTimeouts else { return .nothing }
        guard isGuarded else {
            demote(now: now)
            return .demoted
        }
        timeouts = 0
        // Where it was heard since the last look the wait begins now; else it has begun already.
        if isHeard || quietSince == nil { quietSince = now }
        isHeard = false
        return .ping
    }

    enum Look: Equatable {
        case nothing
        case ping
        /// It was demoted just now; ping it.
        case demoted
    }

    /// Called at every look. The router's own standstill says nothing about cells: `stood` begins the wait anew.
    mutating func look(limit: TimeAmount, stood: Bool, now: Instant) -> Look {
        if isHeard || stood { quietSince = nil }
        defer { isHeard = false }
        guard !isDemoted else { return .ping }
        guard !isHeard else { return .nothing }
        guard let since = quietSince else {
            quietSince = now
            return .ping
        }
        guard now - since >= limit else { return .ping }
        demote(now: now)
        return .demoted
    }

    /// A ping was answered `age` after it was sent.
    /// - Returns: whether this brings a demoted cell back.
    mutating func ponged(age: TimeAmount, limit: TimeAmount, now: Instant) -> Bool {
        guard age <= limit else { return false }
        isHeard = true
        quietSince = nil
        guard isDemoted else { return false }
        isAnswering = true
        guard now >= heldUntil else { return false }
        isDemoted = false
        isAnswering = false
        timeouts = 0
        returned = now
        return true
    }

    private mutating func demote(now: Instant) {
        if let returned, now - returned < Self.relapse {
            hold = min(max(hold + hold, Self.firstHold), Self.longestHold)
        } else {
            hold = .zero
        }
        isDemoted = true
        isAnswering = false
        quietSince = nil
        heldUntil = now + hold
    }
}
