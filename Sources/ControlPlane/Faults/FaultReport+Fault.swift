import Chaos
import MeshBase
import Reports
import Telemetry

extension FaultReport {
    package init(_ fault: Fault, now: ClockReading) {
        self.init(
            id: fault.id, kind: fault.kind.rawValue, targets: fault.targets.map(\.text), isOneWay: fault.isOneWay,
            created: Timestamp.string(fault.created),
            expires: fault.expires == .max ? nil : Timestamp.string(fault.expires),
            remaining: fault.remaining(at: now)?.millisecondsRoundedUp)
        text = fault.spec.text
        let figures = fault.action.figures
        delay = figures.delay?.base.milliseconds
        jitter = figures.delay.flatMap { $0.jitter > .zero ? $0.jitter.milliseconds : nil }
        distribution = figures.delay.flatMap { $0.jitter > .zero ? $0.distribution.rawValue : nil }
        rate = fault.action.namedRate ?? figures.delay.flatMap { $0.share < 1 ? $0.share : nil }
        bandwidth = figures.bandwidth
        status = figures.status.map(Int.init)
        if case .clock = fault.action { amount = figures.amount?.milliseconds }
        factor = figures.factor
        if case .cell(.flap(let turn)) = fault.action { period = turn.milliseconds }
        keepsID = figures.keepsID
    }
}

extension FaultAddition {
    package var request: FaultRequest {
        var request = FaultRequest(kind: kind, targets: targets)
        request.isOneWay = isOneWay ?? false
        request.delay = delay.map { TimeAmount(seconds: $0 / 1_000) }
        request.jitter = jitter.map { TimeAmount(seconds: $0 / 1_000) }
        request.distribution = distribution
        request.rate = rate
        request.bandwidth = bandwidth
        request.status = status
        request.factor = factor
        request.amount = (amount ?? period).map { TimeAmount(seconds: $0 / 1_000) }
        request.keepsID = keepsID ?? false
        if let lease { request.lease = TimeAmount.milliseconds(1) * lease }
        return request
    }
}
