import MeshBase
import Topology

/// What can be judged about one blueprint by itself: call cycles (errors) and anti-patterns (warnings).
struct BlueprintChecks {
    let reporter: Reporter

    func check(_ loaded: LoadedBlueprint) {
        CallCycles(reporter: reporter).check(loaded)
        let policies = PolicyResolver(loaded.blueprint)
        TimeoutLints(reporter: reporter, loaded: loaded, policies: policies).check()
        PoolLints(reporter: reporter, loaded: loaded).check()
        BulkheadLints(reporter: reporter, loaded: loaded, policies: policies).check()
        DegradationLints(reporter: reporter, loaded: loaded).check()
        AmplificationLint(reporter: reporter, loaded: loaded, policies: policies).check()
        for written in loaded.written(policies) { PolicyLints(reporter: reporter, written: written).check() }
        for (service, marks) in zip(loaded.blueprint.services, loaded.services) {
            checkKeys(service, marks, loaded.blueprint)
            for (edge, edgeMarks) in zip(service.calls, marks.edges) { checkGeneric(edge, edgeMarks, loaded.blueprint) }
        }
    }

    private func checkKeys(_ service: Service, _ marks: LoadedBlueprint.ServiceMarks, _ blueprint: Blueprint) {
        let mode = service.idempotency?.mode
        guard mode == .body || mode == .required, (blueprint.store?.strictest ?? .cache) == .cache else { return }
        reporter.warning(
            .keysUnkept, at: marks.position,
            "calls of '\(service.name)' are to be carried out once, and these cells keep no keys: every POST is "
                + "refused",
            hint: "give the blueprint a store of tier critical or important")
    }

    private func checkGeneric(_ edge: Edge, _ marks: LoadedBlueprint.EdgeMarks, _ blueprint: Blueprint) {
        guard edge.genericService == edge.to, let position = marks.generic else { return }
        reporter.error(
            .fallbackNeedsPrimary, at: position,
            "the fallback 'generic' calls '\(blueprint.services[edge.to].name)', which has just failed",
            hint: "another service, or the word 'generic' for a fixed answer")
    }
}
