import MeshBase

extension ClientProcess {
    func scheduleCalls() {
        for (index, call) in load.calls.enumerated() { simulation.schedule(.call(index), after: call.at) }
    }

    /// A customer calls a service, beside the load.
    func call(by customer: Int) {
        guard !services.isEmpty else { return }
        lastNumber += 1
        admit(
            SimRequest(
                number: lastNumber, kind: .service(0, post: false), customer: customer, key: 0, sent: now,
                window: ledger.impact.window.number))
    }

    /// A call of the list.
    func call(_ index: Int) {
        let call = load.calls[index]
        guard let service = services.firstIndex(of: call.service),
            let router = simulation.topology.routers.firstIndex(where: { $0.name == call.router })
        else { return }
        lastNumber += 1
        var request = SimRequest(
            number: lastNumber, kind: .service(service, post: true), customer: call.customer, key: 0, sent: now,
            window: ledger.impact.window.number)
        request.idempotencyKey = call.key
        admit(request, by: router)
    }
}
