"""The workload (业务员工作量统计): what each representative did on each day."""
