import MeshBase
import Scenarios

/// What a scenario asks beside the mesh.
extension LiveScenario {
    func perform(_ key: Int, _ call: ScenarioCall) throws { calls.begin(.action(key), call) }

    func stop(_ key: Int) {
        calls.cancel(.action(key))
        handle(.ended(key, "stopped before its end"))
    }

    func tell(_ purpose: ScenarioCaller.Purpose, _ outcome: ScenarioCaller.Outcome) {
        switch (purpose, outcome) {
        case (.look(let key), .answer(let answer)): handle(.answered(key, answer))
        case (.look(let key), .failure(let why)): handle(.unanswered(key, why))
        case (.action(let key), .failure(let why)): handle(.failed(key, .error, why))
        case (.action(let key), .answer(let answer)):
            guard case .call(let call) = run.plan[key].deed else { return }
            guard call.isSuccess(answer.status) else { return handle(.failed(key, .error, answer.detail)) }
            handle(.begun(key, .init(applied: 1, of: 1, detail: call.text)))
            handle(.ended(key, answer.detail))
        }
    }
}
