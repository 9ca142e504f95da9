import ControlPlane
import MeshBase
import Reports
import UVDriver

/// How many attempts each call makes, layer by layer, over the last 10 s: the mean of the processes that tell.
struct Amplification: Equatable {
    static let layers = ["router", "edge", "store"]

    /// By layer; none where nobody tells.
    private(set) var values: [String: Double] = [:]

    /// - Parameter pages: the metrics of processes.
    init(_ pages: [String]) {
        var found: [String: [Double]] = [:]
        for (labels, value) in pages.flatMap({ MetricLines.series(of: "cellmesh_amplification", in: $0) }) {
            for layer in Self.layers where labels.contains("layer=\"\(layer)\"") {
                found[layer, default: []].append(value)
            }
        }
        values = found.mapValues { $0.reduce(0, +) / Double($0.count) }
    }

    /// Asks every process that runs.
    init(_ mesh: DataDirectory) {
        self.init(mesh.isAlive ? ProcessPages.texts("/metrics", mesh) : [])
    }

    /// Of the layers that are known; nil where none is.
    var product: Double? { values.isEmpty ? nil : values.values.reduce(1, *) }

    var document: AmplificationReport {
        AmplificationReport(
            router: values["router"], edge: values["edge"], store: values["store"], product: product)
    }

    /// `amplification router 1.02, edge 1.1: 1.12`; nil where nothing is known.
    var text: String? {
        guard let product else { return nil }
        let parts = Self.layers.compactMap { layer in values[layer].map { "\(layer) \(Wording.fixed($0, 2))" } }
        return "amplification \(parts.joined(separator: ", ")): \(Wording.fixed(product, 2)) in all"
    }
}
