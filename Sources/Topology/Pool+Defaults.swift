import MeshBase

extension Pool {
    /// How long a job may wait where `age-limit` names no age.
    public static let standardAge = TimeAmount.seconds(1)

    /// What a service gets that is a program, and whose blueprint names no pool.
    public static let program = Pool(workers: 16, queue: 64)

    /// What a service gets where its blueprint names no pool: the hot path queues nothing, the cold path deeply.
    public static func standard(for path: Service.Path) -> Pool {
        switch path {
        case .hot: Pool(workers: 64, queue: 0)
        case .cold: Pool(workers: 16, queue: 1_024)
        }
    }
}
