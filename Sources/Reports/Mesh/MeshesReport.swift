/// `ls -o json`: the meshes of a home, running or not.
package struct MeshesReport: Codable, Sendable, Equatable {
    package struct Row: Codable, Sendable, Equatable {
        package var mesh: String
        /// `running orphaned stopped untrusted`.
        package var state: String
        package var dataDirectory: String

        package init(mesh: String, state: String, dataDirectory: String) {
            self.mesh = mesh
            self.state = state
            self.dataDirectory = dataDirectory
        }

        private enum CodingKeys: String, CodingKey {
            case mesh, state
            case dataDirectory = "data_dir"
        }
    }

    package var schema = ReportJSON.schema
    package var meshes: [Row]

    package init(_ meshes: [Row]) { self.meshes = meshes }
}
