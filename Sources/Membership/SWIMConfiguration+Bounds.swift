import MeshBase

/// How long it may take until a crashed member is taken for dead, by these constants alone.
extension SWIMConfiguration {
    private func suspicion(_ members: Int) -> TimeAmount {
        let logarithm = max(1, naturalLogarithm(Double(max(members, 2))) / naturalLogarithm(10))
        return probeInterval * (Double(suspicionAlpha) * logarithm)
    }

    /// Until the first member takes it for dead, in 99 of 100 crashes of one member among sound ones.
    ///
    /// In a period nobody probes it with probability e^-1 (SWIM, Das et al. 2002), so that in 99 of 100 cases somebody has
    /// after ln 100 = 4.6 periods; the probe itself takes one, two more pass until three others have confirmed it, and
    /// then the shortest suspicion is over. Among five members and fewer there is nobody to confirm it: the longest.
    ///
    /// - Parameter members: of the mesh, 2 or more.
    public func detectionBound(members: Int) -> TimeAmount {
        let isConfirmed = members > 5 && suspicionBeta > 1
        return probeInterval * 7.6 + suspicion(members)
            * (isConfirmed || suspicionBeta <= 1 ? 1 : Double(suspicionBeta))
    }

    /// Until all members do, at worst: the sweep through the probe lists of members that are slowed down themselves, the
    /// longest suspicion, and its dissemination. Conservative by far; five minutes at most.
    ///
    /// - Parameter members: of the mesh, 2 or more.
    public func agreementBound(members: Int) -> TimeAmount {
        let logarithm = max(1, naturalLogarithm(Double(max(members, 2))) / naturalLogarithm(10))
        let sweep = probeInterval * Int64((2 * members - 1) * (awareness + 1))
        let spread = gossipInterval * Int64(retransmit * Int(logarithm + 1))
        return min(
            sweep + suspicion(members) * Double(suspicionBeta) + spread + pushPullInterval * Int64(2), .minutes(5))
    }
}
