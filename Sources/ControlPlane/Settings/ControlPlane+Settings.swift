import MeshBase
import Reports
import Resilience
import UVDriver

extension ControlPlane {
    /// Processes that settings go to: all that serve, stopped ones too.
    var settingsTargets: [SettingsDesk.Target] {
        supervisor.processes.compactMap { process in
            guard process.isServing, let admin = process.addresses.admin, let life = process.identity else {
                return nil
            }
            return SettingsDesk.Target(name: process.name, admin: admin, life: life)
        }
    }

    package var settingsPage: String? { settingsDesk.page }

    package func changeSettings(
        _ request: SettingsRequest, completion: @escaping (Result<SettingsReport, APIFailure>) -> Void
    ) {
        guard !isStopping else { return completion(.failure(APIFailure(409, "The mesh is shutting down."))) }
        do throws(APIFailure) { try hold(request.prediction, PredictionRequest(request)) } catch {
            return completion(.failure(error))
        }
        settingsDesk.change(request, names: topology.settingsNames, completion: completion)
    }
}
