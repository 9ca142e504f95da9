import ControlPlane
import MeshBase
import Resilience
import UVDriver

/// The settings of a mesh, from its control plane where one runs, else from its data directory.
enum StoredSettings {
    /// `GET /v1/settings`, whose proof is a matter of processes.
    private struct Page: Decodable {
        var settings: SettingsReading
    }

    /// With what has ended.
    static func read(_ mesh: DataDirectory) throws -> SettingsDocument {
        if mesh.controlHolder != nil,
            let page = try? APIClient(mesh).get("/v1/settings", as: Page.self, timeout: .seconds(1)),
            case .document(let document) = page.settings
        {
            return document
        }
        do {
            guard let content = try SystemFile.read(mesh.settingsPath) else { return SettingsDocument() }
            guard let document = document(String(decoding: content, as: UTF8.self)) else {
                throw CommandFailure(
                    "\(mesh.settingsPath) cannot be read", hint: "the control plane has its settings in its journal",
                    next: "cellmesh up --mesh \(mesh.name) --detach")
            }
            return document
        } catch let failure as CommandFailure {
            throw failure
        } catch { throw CommandFailure("\(error)") }
    }

    private static func document(_ text: String) -> SettingsDocument? {
        guard case .document(let document)? = try? SettingsText.reading(text) else { return nil }
        return document
    }

    /// By this machine's clock.
    static var now: WallTime {
        WallTime(milliseconds: SystemClock.reading().wall / 1_000_000)
    }
}
