import MeshBase

/// Sheds as the process comes under pressure, whatever the work in hand: once a second it looks at the signals, and until
/// the next look refuses so much of each class as the pressure says, the lowest first, critical never.
///
/// In a look no class is refused for which a lower one is admitted: a class has a share between none and all only where
/// all of the lower ones go.
public struct AdaptiveShedder: Sendable {
    /// When there is pressure.
    public let policy: AdaptivePolicy
    /// As of the last look.
    public private(set) var pressure = Pressure.none
    /// Of the last look, as `Pressure.shares`.
    @usableFromInline var shares = SIMD4<Double>.zero
    /// Whether anything is refused: nearly always not, and then nothing is drawn.
    public private(set) var isActive = false
    /// What was refused since the start, by class; critical stays 0.
    public private(set) var shed = PriorityCounts()

    private var watch = ShedWatch()

    /// Without pressure, until the first look.
    public init(policy: AdaptivePolicy = .local) { self.policy = policy }

    /// Takes the signals of the last second; once a second. Pressure is eased from look to look.
    public mutating func look(_ signals: LoadSignals) {
        pressure = Pressure(signals, policy: policy).eased(from: pressure)
        shares = pressure.shares
        isActive = pressure.worst > 0
    }

    /// Whether a request of this class is taken up. Counts nothing.
    ///
    /// - Parameter draw: of the request, even in [0, 1).
    @inlinable public func admits(_ priority: Priority, draw: Double) -> Bool {
        !(draw < shares[Int(priority.rawValue)])
    }

    /// Whether a request of this class is taken up; a refusal is counted.
    ///
    /// - Parameter draw: of the request, even in [0, 1).
    @inlinable public mutating func admit(_ priority: Priority, draw: Double) -> Bool {
        if admits(priority, draw: draw) { return true }
        refuse(priority)
        return false
    }

    /// Tells of each class whether shedding it has begun (true) or ended (false) since this was last asked, as
    /// `LoadShedder.changes`.
    public mutating func changes(_ tell: (Priority, Bool) -> Void) { watch.changes(shed, tell) }

    @usableFromInline mutating func refuse(_ priority: Priority) { shed[priority] += 1 }

    /// Why a class is refused in part or whole.
    public func explain(_ priority: Priority) -> Explanation {
        let share = shares[Int(priority.rawValue)]
        let signal = pressure.signal.map { "\($0)" } ?? "nothing"
        return Explanation(
            "pressure \(ShortNumber.text(pressure.worst)) from \(signal), "
                + "\(ShortNumber.text(share)) of \(priority.name) is refused",
            [
                .init("pressure", pressure.worst), .init("share", share), .init("cpu", pressure.cpu),
                .init("memory", pressure.memory), .init("p95", pressure.latency),
            ])
    }
}
