import MeshBase

extension HostSettings {
    /// How many times as long as usual a process waits from one look at files, at what it uses and at its control plane to the
    /// next. Each look of each process wakes a core: what is nothing in a mesh of a hundred is a fifth of a core in one of a
    /// thousand. 1 up to 199 cells, 4 from 400 on.
    var rhythm: Int64 { Int64(min(max(topology.cells.count / 100, 1), 4)) }
}
