"""Stand-ins for what a laptop lacks, as separate applications with their own state, over HTTP. 中文: 沙箱。"""
