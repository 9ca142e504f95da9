import MeshBase
import Resilience
import Topology

/// What a service does less of (C23, C24).
extension PoliciesInForce {
    /// What shrinks under pressure; nil where nothing does.
    func qualityPolicy(_ written: QualitySettings?) -> QualityPolicy? {
        guard isOn(.quality), let written else { return nil }
        let usual = isLocal ? QualityPolicy.local : .seed
        return QualityPolicy(
            count: written.count, resolution: written.resolution.map { Int($0.rounded()) },
            bitrate: written.bitrate.map { Int($0.rounded()) }, floor: written.floor ?? usual.floor,
            horizon: usual.horizon, window: usual.window, threshold: usual.threshold)
    }

    /// Ways to answer, the best one first; nil where there is one.
    func ladder(_ written: [LadderRung]?) -> Ladder? {
        guard isOn(.ladder), let written else { return nil }
        return Ladder(written.map { Ladder.Rung($0.mode, when: LadderReadings($0.when)) })
    }
}

extension LadderReadings {
    init(_ written: LadderSignals) {
        self.init(
            cpu: written.cpu, memory: written.memory, inference: written.inference, db: written.db,
            cacheHit: written.cacheHit)
    }
}
